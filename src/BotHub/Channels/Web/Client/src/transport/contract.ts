// The web channel's wire format, as its HTTP contract names it.

export type Role = 'user' | 'assistant';

export type ServerState = 'queued' | 'answering' | 'done' | 'stopped' | 'failed';

export interface ServerMessage {
  id: string;
  role: Role;
  text: string;
  at?: string;
  state: ServerState;
  turn?: string;
}

export interface Page {
  messages: ServerMessage[];
  /** There are older messages. */
  more: boolean;
  /** Who answers now: it may have changed since the conversation began. */
  bot?: Bot;
}

export interface Bot {
  name: string;
  model: string;
  notice?: string | null | undefined;
}

export interface Created {
  conversation: string;
  token: string;
  expiresAt: string;
  bot: Bot;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
  milliseconds: number;
}

export interface Queue {
  position: number;
  seconds?: number | null;
}

export type HubEvent =
  | { type: 'RUN_STARTED'; threadId: string; runId: string }
  | { type: 'TEXT_MESSAGE_START'; messageId: string; role: Role }
  | { type: 'TEXT_MESSAGE_CONTENT'; messageId: string; delta: string }
  | { type: 'TEXT_MESSAGE_END'; messageId: string; state: ServerState }
  | { type: 'RUN_FINISHED'; threadId: string; runId: string }
  | { type: 'RUN_ERROR'; message: string; code?: string }
  | { type: 'MESSAGES_SNAPSHOT'; messages: ServerMessage[] }
  | { type: 'CUSTOM'; name: 'queue'; value: Queue }
  | { type: 'CUSTOM'; name: 'notice'; value: { text?: string | null } }
  | { type: 'CUSTOM'; name: 'usage'; value: Usage };
