import { spawnGdb, type GdbOptions, type SpawnedGdb } from '../mi/gdbProcess.js';
import { InferiorIo, type OutputStream } from './inferiorIo.js';

/** A gdb process that has been started, and the program's terminals, whose masters it has inherited. */
export interface GdbParts {
  readonly options: GdbOptions;
  readonly spawned: Promise<SpawnedGdb>;
  readonly io: InferiorIo;
}

/**
 * A gdb that is started before anybody has asked for it, as most launches want it: it needs longer for its own start
 * than the adapter for all of its modules and the client for its first requests.
 */
export class GdbAhead {
  private output: ((stream: OutputStream, text: string) => void) | undefined;
  private parts: GdbParts | undefined;

  private constructor() {
    const io = new InferiorIo((stream, text) => this.output?.(stream, text));
    const options = { gdb: 'gdb', args: [], env: process.env, cwd: process.cwd(), extraFds: io.masterFds };
    const spawned = spawnGdb(options);
    // Why it cannot be started is told to whoever asks for it.
    spawned.catch(() => undefined);
    this.parts = { options, spawned, io };
  }

  /** Starts one; undefined where the system has no terminal to give: a launch will tell. */
  static start(): GdbAhead | undefined {
    try {
      return new GdbAhead();
    } catch {
      return undefined;
    }
  }

  /**
   * Hands it over to a launch that wants just this; otherwise it is ended.
   *
   * @param wanted what decides whether it fits
   * @param output gets what the program prints from now on
   */
  take(
    wanted: Pick<GdbOptions, 'gdb' | 'args' | 'ownEnv'>,
    output: (stream: OutputStream, text: string) => void,
  ): GdbParts | undefined {
    const { gdb, args = [], ownEnv = {} } = wanted;
    const fits = gdb === this.parts?.options.gdb && args.length === 0 && Object.keys(ownEnv).length === 0;
    if (!fits) {
      void this.discard();
      return undefined;
    }
    const { parts } = this;
    this.parts = undefined;
    this.output = output;
    return parts;
  }

  /** Ends it, if nobody has taken it. Never rejects. */
  async discard(): Promise<void> {
    const { parts } = this;
    this.parts = undefined;
    if (parts === undefined) return;
    const { child } = await parts.spawned.catch(() => ({ child: undefined }));
    await child?.end(0);
    parts.io.close();
  }
}
