/** Everything the page says, in one place. */
export const texts = {
  aiCanBeWrong: 'AI can be wrong. Check what matters.',
  answer: 'Answer',
  answerFailed: 'The answer failed.',
  awaiting: 'The answer is on its way',
  code: 'Code',
  conversation: 'Conversation',
  conversationEnded: 'The earlier conversation is no longer available. This is a new one.',
  copied: 'Copied',
  copyAnswer: 'Copy answer',
  copyCode: 'Copy code',
  dismiss: 'Dismiss',
  emptyHint: 'Ask anything to begin.',
  failed: 'Failed',
  goBack: 'Go back',
  jumpToLatest: 'Jump to latest',
  loadingOlder: 'Loading earlier messages…',
  messageLabel: 'Message',
  newConversation: 'New conversation',
  newConversationStarted: 'A new conversation has begun.',
  placeholder: 'Type a message…',
  reconnecting: 'The connection was lost. Reconnecting…',
  refused: 'The server did not accept this message.',
  send: 'Send',
  sending: 'Sending…',
  stop: 'Stop',
  stopped: 'Stopped',
  stopping: 'Stopping…',
  table: 'Table',
  tooLong: 'This message is too long. Shorten it and send it again.',
  youSaid: 'You',
  queued: (position: number, seconds: number | null | undefined) =>
    `Number ${position} in the queue${seconds ? `, about ${duration(seconds * 1000)}` : ''}`,
  tooMany: (seconds: number) => `Too many messages at once. Sending again in ${seconds} s.`,
  unreachable: (seconds: number) => `The server cannot be reached. Trying again in ${seconds} s.`,
  usage: (tokens: number, milliseconds: number) => `${tokens} tokens · ${duration(milliseconds)}`,
  usageDetail: (prompt: number, completion: number) => `${prompt} tokens read, ${completion} written`,
};

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
