import { AttachTarget } from './attachTarget.js';
import { CoreTarget } from './coreTarget.js';
import { LaunchTarget } from './launchTarget.js';
import { RemoteTarget } from './remoteTarget.js';
import type { Target, TargetPorts } from './target.js';
import { waitForProcess } from './waitForProcess.js';

/**
 * The target that a configuration asks for.
 *
 * @param signal aborted where the client does not want to wait for a process any longer
 */
export async function makeTarget(ports: TargetPorts, signal: AbortSignal): Promise<Target> {
  const { beginning } = ports.config;
  switch (beginning.kind) {
    case 'launch':
      return new LaunchTarget(ports, beginning.program, beginning.setup);
    case 'attach':
      return new AttachTarget(ports, beginning.processId);
    case 'wait':
      return new AttachTarget(ports, await waitFor(beginning.name, ports, signal));
    case 'core':
      return new CoreTarget(ports, beginning.coreFile);
    case 'remote':
      return new RemoteTarget(ports, beginning.remote);
  }
}

function waitFor(name: string, { tell }: TargetPorts, signal: AbortSignal): Promise<number> {
  return waitForProcess(
    name,
    () => {
      tell('console', `Waiting for a process of '${name}' to begin.\n`);
    },
    signal,
  );
}
