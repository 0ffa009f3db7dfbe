import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeFrame, FrameDecoder } from '../../../src/dap/framing.js';

/**
 * A process that plays an adapter: it answers a `say` request with the messages in its arguments, in order; `die` writes
 * to stderr and exits with code 3; `hang` from then on survives the end of its stdin and SIGTERM; other commands are left
 * unanswered.
 */
export const FAKE_ADAPTER = fileURLToPath(import.meta.url);

interface PlayedRequest {
  readonly seq: number;
  readonly command: string;
  readonly type: string;
  readonly arguments?: { readonly messages?: readonly Record<string, unknown>[] };
}

function play(request: PlayedRequest): void {
  if (request.type === 'response') {
    process.stdout.write(encodeFrame({ seq: 0, type: 'event', event: 'answered', body: request }));
  } else if (request.command === 'die') {
    writeFileSync(2, 'something is very wrong\n');
    process.exit(3);
  } else if (request.command === 'hang') {
    process.on('SIGTERM', () => undefined);
    setInterval(() => undefined, 1000);
    process.stdout.write(encodeFrame({ seq: 0, type: 'response', request_seq: request.seq, success: true }));
  } else {
    for (const message of request.arguments?.messages ?? []) {
      process.stdout.write(encodeFrame({ seq: 0, request_seq: request.seq, command: request.command, ...message }));
    }
  }
}

if (process.argv[1] === FAKE_ADAPTER) {
  const decoder = new FrameDecoder(problem => {
    throw new Error(problem);
  });
  process.stdin.on('data', (chunk: Buffer) => {
    for (const message of decoder.push(chunk)) play(message as unknown as PlayedRequest);
  });
}
