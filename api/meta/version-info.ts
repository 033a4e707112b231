import type { Infer } from '../schema/fields.ts';
import { string, struct } from '../schema/fields.ts';

export const VersionInfo = struct(
  'version.Info',
  'The version of the server.',
  {
    buildDate: string('Time of the build.'),
    compiler: string('Program that runs it.'),
    emulationMajor: string('Major version whose behaviour is imitated.').optional(),
    emulationMinor: string('Minor version whose behaviour is imitated.').optional(),
    gitCommit: string('Commit that it was built from.'),
    gitTreeState: string('clean, or dirty if files differed from the commit.'),
    gitVersion: string('The version in full.'),
    goVersion: string('Version of Go; empty here.'),
    major: string('Major version.'),
    minCompatibilityMajor: string('Least major version that it works together with.').optional(),
    minCompatibilityMinor: string('Least minor version that it works together with.').optional(),
    minor: string('Minor version.'),
    platform: string('Operating system and architecture.'),
  },
  {
    requiredOrder: ['major', 'minor', 'gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'],
  },
);
export type VersionInfo = Infer<typeof VersionInfo>;
