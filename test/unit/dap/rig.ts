import { PassThrough } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DapConnection } from '../../../src/dap/connection.js';
import { encodeFrame, FrameDecoder } from '../../../src/dap/framing.js';
import type { RouteTable, SessionState } from '../../../src/dap/route.js';
import { Logger } from '../../../src/util/log.js';

/** A connection whose client is the test. */
export interface Rig {
  readonly connection: DapConnection;
  readonly input: PassThrough;
  readonly output: PassThrough;
  /** What the adapter has sent so far. */
  readonly received: DebugProtocol.ProtocolMessage[];
  readonly log: string[];
  state: SessionState;
  /** Sends a request and returns its `seq`. */
  send(command: string, args?: unknown): number;
  sendRaw(message: object): void;
  /** Settles with the response to the request with this `seq`. */
  response(seq: number): Promise<DebugProtocol.Response>;
  /** What was received, in short: `next ok`, `next: <message>`, `event stopped`, `request runInTerminal`. */
  story(): string[];
  /** Settles when everything sent so far has been read and every job has ended. */
  settled(): Promise<void>;
}

export function createRig(routes: RouteTable, state: SessionState = 'stopped'): Rig {
  const input = new PassThrough();
  const output = new PassThrough();
  const log: string[] = [];
  const received: DebugProtocol.ProtocolMessage[] = [];
  const waiting = new Map<number, (response: DebugProtocol.Response) => void>();
  const connection = new DapConnection(input, output, new Logger((level, text) => log.push(`${level}: ${text}`)));
  const decoder = new FrameDecoder(problem => log.push(`client: ${problem}`));
  output.on('data', (chunk: Buffer) => {
    for (const message of decoder.push(chunk)) {
      received.push(message);
      if (message.type !== 'response') continue;
      const response = message as DebugProtocol.Response;
      waiting.get(response.request_seq)?.(response);
    }
  });
  let seq = 0;
  const rig: Rig = {
    connection,
    input,
    output,
    received,
    log,
    state,
    send: (command, args) => {
      rig.sendRaw({ seq: ++seq, type: 'request', command, ...(args === undefined ? {} : { arguments: args }) });
      return seq;
    },
    sendRaw: message => input.write(encodeFrame(message)),
    response: wanted =>
      new Promise(resolve => {
        const early = received.find(
          message => message.type === 'response' && (message as DebugProtocol.Response).request_seq === wanted,
        );
        if (early !== undefined) resolve(early as DebugProtocol.Response);
        else waiting.set(wanted, resolve);
      }),
    story: () => received.map(tell),
    settled: async () => {
      await new Promise(resolve => setImmediate(resolve));
      await connection.queue.idle();
      await new Promise(resolve => setImmediate(resolve));
    },
  };
  connection.serve({ routes, state: () => rig.state });
  return rig;
}

function tell(message: DebugProtocol.ProtocolMessage): string {
  if (message.type === 'event') return `event ${(message as DebugProtocol.Event).event}`;
  if (message.type === 'request') return `request ${(message as DebugProtocol.Request).command}`;
  const { command, success, message: text } = message as DebugProtocol.Response;
  return success ? `${command} ok` : `${command}: ${text ?? ''}`;
}

/** A promise that the test settles. */
export function deferred(): { promise: Promise<undefined>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<undefined>(settle => {
    resolve = () => {
      settle(undefined);
    };
  });
  return { promise, resolve };
}
