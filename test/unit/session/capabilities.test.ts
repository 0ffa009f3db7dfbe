import assert from 'node:assert/strict';
import type { RouteTable } from '../../../src/dap/route.js';
import { capabilitiesOf } from '../../../src/session/capabilities.js';

describe('the capabilities of a session', () => {
  it('advertise a request exactly where it has a route', () => {
    const routes: RouteTable = { goto: { when: 'stopped', run: () => undefined } };
    assert.equal(capabilitiesOf(routes).supportsGotoTargetsRequest, undefined);
    const both: RouteTable = { ...routes, gotoTargets: { when: 'stopped', run: () => ({ targets: [] }) } };
    assert.equal(capabilitiesOf(both).supportsGotoTargetsRequest, true);
    assert.equal(capabilitiesOf(both).supportsRestartRequest, undefined);
  });

  it('hold what the dispatcher answers for every session', () => {
    assert.equal(capabilitiesOf({}).supportsCancelRequest, true);
  });
});
