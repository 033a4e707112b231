import { describe, expect, it } from '@jest/globals';
import type { Ledger } from './ledger.ts';
import { chain, createLedger, element, fragmentOf } from './ledger.ts';

const changes = (ledger: Ledger) => [...ledger.changes()].join('');
const everything = (ledger: Ledger) => [...ledger.everything()].join('');

describe('the ledger', () => {
  it('tells only what changed since the last commit', () => {
    const ledger = createLedger();
    ledger.set('a', fragmentOf([element('rejected', 'x'), chain('c', ['drop']), element('services', 'k', 'goto c')]));
    expect(changes(ledger).trim().split('\n')).toEqual([
      'add chain ip skiff c',
      'add rule ip skiff c drop',
      'add element ip skiff rejected { x }',
      'add element ip skiff services { k : goto c }',
    ]);
    ledger.commit();
    expect(changes(ledger)).toBe('');
    ledger.set('a', fragmentOf([element('rejected', 'x'), chain('d', ['drop']), element('services', 'k', 'goto d')]));
    expect(changes(ledger).trim().split('\n')).toEqual([
      'delete element ip skiff services { k }',
      'flush chain ip skiff c',
      'add chain ip skiff d',
      'add rule ip skiff d drop',
      'add element ip skiff services { k : goto d }',
      'delete chain ip skiff c',
    ]);
  });

  it('forgets a change that was taken back before it was told', () => {
    const ledger = createLedger();
    ledger.set('a', fragmentOf([element('cluster_ips', '10.96.0.1')]));
    ledger.commit();
    ledger.set('a', undefined);
    ledger.set('a', fragmentOf([element('cluster_ips', '10.96.0.1')]));
    expect(changes(ledger)).toBe('');
  });

  it('keeps what is shared until the last owner lets go', () => {
    const ledger = createLedger();
    const shared = fragmentOf([chain('random-3', ['drop'])]);
    ledger.set('a', shared);
    ledger.set('b', shared);
    ledger.set('c', shared);
    ledger.commit();
    ledger.set('b', undefined);
    ledger.set('a', undefined);
    expect(changes(ledger)).toBe('');
    ledger.commit();
    ledger.set('c', undefined);
    expect(changes(ledger)).toContain('delete chain ip skiff random-3');
  });

  it('lets the earlier of two claims hold, and the later one follow', () => {
    const ledger = createLedger();
    ledger.set('a', fragmentOf([element('host_ports', 'tcp . 80', '10.0.0.1 . 80')]));
    ledger.set('b', fragmentOf([element('host_ports', 'tcp . 80', '10.0.0.2 . 80')]));
    expect(everything(ledger)).toContain('10.0.0.1 . 80');
    expect(everything(ledger)).not.toContain('10.0.0.2 . 80');
    ledger.commit();
    ledger.set('a', undefined);
    expect(changes(ledger).trim().split('\n')).toEqual([
      'delete element ip skiff host_ports { tcp . 80 }',
      'add element ip skiff host_ports { tcp . 80 : 10.0.0.2 . 80 }',
    ]);
  });

  it('fills a changed chain anew instead of making it twice', () => {
    const ledger = createLedger();
    ledger.set('a', fragmentOf([chain('c', ['one', 'two'])]));
    ledger.commit();
    ledger.set('a', fragmentOf([chain('c', ['three'])]));
    expect(changes(ledger).trim().split('\n')).toEqual(['flush chain ip skiff c', 'add chain ip skiff c', 'add rule ip skiff c three']);
  });
});
