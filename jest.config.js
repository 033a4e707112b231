const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch,
  // Node runs TypeScript itself.
  testRunner: '<rootDir>/test/support/runner/shared-modules.ts',
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  ...extra,
});

/** Unit tests stand beside their code; test/ holds what crosses folders, by what it needs: nothing, kubectl and helm, real containers. */
export default {
  projects: [
    project('unit', ['<rootDir>/{base,api,store,apiserver,runtime,controllers,scheduler,agent,cli,scripts}/**/*.test.ts']),
    project('contract', ['<rootDir>/test/contract/**/*.test.ts']),
    project('integration', ['<rootDir>/test/integration/**/*.test.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
  ],
  testSequencer: '<rootDir>/test/support/runner/sequencer.ts',
  testTimeout: 180_000,
};
