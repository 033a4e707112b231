/** A container cannot be set up as its spec asks: shows as CreateContainerConfigError. A cause is for the log, not for the pod's user. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}
