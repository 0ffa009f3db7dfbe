import { console as consoleCommand } from '../mi/commands.js';
import { takeResuming } from './consoleRoad.js';
import type { Execution } from './execution.js';
import type { Gdb } from './ports.js';

/** What takes the debug console's commands that let the program go on the way of the client's own buttons. */
export function consoleIntercept(
  gdb: Gdb,
  execution: Execution,
  anyRegion: () => boolean,
): (line: string, thread: number | undefined) => Promise<string | undefined> {
  return (line, thread) =>
    takeResuming(line, thread, {
      anyRegion,
      step: (request, count) => execution.step(request, false, count),
      continue: () => execution.continue(),
      ask: text =>
        gdb.send(consoleCommand(text)).then(
          ({ console }) => console,
          () => undefined,
        ),
    });
}
