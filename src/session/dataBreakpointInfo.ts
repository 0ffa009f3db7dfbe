import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean, optionalNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import type { WatchAccess } from '../mi/commandsBreakpoints.js';
import { formatAddress, parseAddress } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import { DataBreakpointFinder, type Wish } from './dataBreakpointFinder.js';
import { formatDataId, type DataPlace } from './dataBreakpointPlace.js';
import type { Gdb } from './ports.js';
import type { ExpressionPlace } from './variablesContainer.js';

/** What this subject needs of the others of the session. */
export interface DataBreakpointInfoPorts {
  readonly gdb: Gdb;
  /** Runs `job` while no thread runs, in a stop that nobody is told of if need be. */
  whileStopped<T>(job: () => Promise<T>): Promise<T>;
  /** Whether the program is there: before, gdb takes everything for watchable. */
  readonly loaded: () => boolean;
  /** The expression of a child of something that the client was shown; undefined where it has none. */
  placeOf(variablesReference: number, name: string): Promise<ExpressionPlace | undefined>;
  frameOf(frameId: number): FrameContext;
}

const DAP_ACCESS: Readonly<Record<WatchAccess, D.DataBreakpointAccessType>> = {
  read: 'read',
  write: 'write',
  access: 'readWrite',
};

/** Whether and how something can be watched: what a client asks before it offers a data breakpoint. */
export class DataBreakpointInfo {
  readonly routes: RouteTable = {
    dataBreakpointInfo: { when: 'initialized', run: args => this.info(args) },
  };

  private readonly finder: DataBreakpointFinder;

  constructor(private readonly ports: DataBreakpointInfoPorts) {
    this.finder = new DataBreakpointFinder(ports.gdb);
  }

  private async info(args: D.DataBreakpointInfoArguments): Promise<D.DataBreakpointInfoResponse['body']> {
    const name = requireString(args, 'name');
    if (!this.ports.loaded()) return none('Data can be watched when the program is loaded.');
    try {
      return await this.ports.whileStopped(async () => {
        const place = await this.placeFor(args, name);
        const accesses = await this.finder.accesses(place);
        return {
          dataId: formatDataId(place),
          description: describePlace(place),
          accessTypes: accesses.map(access => DAP_ACCESS[access]),
          canPersist: place.kind === 'static',
        };
      });
    } catch (error) {
      if (error instanceof RequestError && error.code === 'badArguments') throw error;
      return none(messageOf(error));
    }
  }

  private async placeFor(args: D.DataBreakpointInfoArguments, name: string): Promise<DataPlace> {
    const bytes = optionalNumber(args, 'bytes');
    if (bytes !== undefined && !(Number.isSafeInteger(bytes) && bytes > 0)) {
      throw new RequestError('user', 'badArguments', `A range of ${bytes} bytes cannot be watched.`);
    }
    if (optionalBoolean(args, 'asAddress') === true) {
      const address = parseAddress(name);
      if (address === undefined) throw new RequestError('user', 'notWatchable', `'${name}' is no address.`);
      return { kind: 'memory', name, address, bytes: bytes ?? 8 };
    }
    return this.finder.find({ ...(await this.wish(args, name)), name, bytes });
  }

  private async wish(args: D.DataBreakpointInfoArguments, name: string): Promise<Omit<Wish, 'name' | 'bytes'>> {
    const reference = optionalNumber(args, 'variablesReference') ?? 0;
    if (reference > 0) {
      const place = await this.ports.placeOf(reference, name);
      if (place !== undefined) return place;
      throw new RequestError(
        'user',
        'notWatchable',
        `No expression of the program names '${name}', so it cannot be watched.`,
      );
    }
    const frameId = optionalNumber(args, 'frameId');
    return { expression: name, context: frameId === undefined ? undefined : this.ports.frameOf(frameId) };
  }
}

function describePlace(place: DataPlace): string {
  switch (place.kind) {
    case 'static':
      return place.name;
    case 'memory':
      return `${place.name} (${place.bytes} ${place.bytes === 1 ? 'byte' : 'bytes'} at ${formatAddress(place.address)})`;
    case 'frame':
      return `${place.name}, until ${place.function || 'its function'} returns`;
  }
}

function none(description: string): D.DataBreakpointInfoResponse['body'] {
  return { dataId: null, description };
}
