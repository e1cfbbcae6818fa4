import { codeColours } from './code';
import { layout } from './layout';
import { messages } from './messages';
import { tokens } from './tokens';

export const styles = [tokens, layout, messages, codeColours];
