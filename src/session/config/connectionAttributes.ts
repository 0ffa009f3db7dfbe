import { optional } from './attribute.js';
import { text } from './shapes.js';

/** The connection to an adapter that listens on TCP. */
export const CONNECTION_ATTRIBUTES = {
  token: optional(text('the token of the server'), {
    description:
      'What an adapter that listens on TCP was started with in the environment variable `RSEQ_DAP_TOKEN`; it refuses to launch and attach without it.',
  }),
};
