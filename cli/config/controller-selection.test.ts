import { describe, expect, it } from '@jest/globals';
import { listedKinds } from '../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../controllers/index.ts';
import { ALL_CONTROLLERS, selectControllers } from './controller-selection.ts';

const all = homeControllers({ served: listedKinds([]), rootCaPem: '' });
const names = (...selection: string[]) => selectControllers(all, selection).map(({ name }) => name);

describe('a selection of controllers', () => {
  it('is every one by default', () => expect(selectControllers(all, ALL_CONTROLLERS)).toEqual(all));
  it('is none where it is empty', () => expect(names()).toEqual([]));
  it('is those it names', () =>
    expect(names('namespace-controller', 'deployment-controller')).toEqual(['deployment-controller', 'namespace-controller']));
  it('leaves out what a minus names', () => {
    expect(names('*', '-deployment-controller')).toEqual(all.map(({ name }) => name).filter((name) => name !== 'deployment-controller'));
  });
  it('names what there is not, and what there is', () => {
    expect(() => names('*', '-deploymet-controller')).toThrow('--controllers -deploymet-controller: there is no such controller; there are ');
    expect(() => names('nothing')).toThrow('deployment-controller');
  });
});
