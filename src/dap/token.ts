import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from '../util/errors.js';
import type { RequestHandler } from './dispatcher.js';
import type { Route } from './route.js';

/**
 * Keeps strangers from running programs: `launch` and `attach` must bring the token that the server was started with. What
 * can be asked before them does no harm.
 */
export function withToken(handler: RequestHandler, token: string): RequestHandler {
  const { launch, attach } = handler.routes;
  return {
    state: () => handler.state(),
    routes: {
      ...handler.routes,
      ...(launch === undefined ? {} : { launch: guarded(launch, token) }),
      ...(attach === undefined ? {} : { attach: guarded(attach, token) }),
    },
  };
}

function guarded<C extends 'launch' | 'attach'>(route: Route<C>, token: string): Route<C> {
  return {
    ...route,
    run(args, context) {
      const { token: given } = args as { readonly token?: unknown };
      if (typeof given !== 'string' || !isSame(given, token)) {
        const advice = "Put it into the attribute 'token' of the configuration.";
        throw new RequestError(
          'user',
          'badToken',
          `This server asks for the token that it was started with. ${advice}`,
        );
      }
      return route.run(args, context);
    },
  };
}

/** In a time that says nothing about where the two differ. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map(text => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
