export { CRI_NAMESPACE, ensurePauseImage, importImages } from './image-import.ts';
export type { ImageName } from './image-name.ts';
export { fullImageName, parseImageName } from './image-name.ts';
export type { ContainerdDirs, ContainerdPaths } from './layout.ts';
export { containerdPaths } from './layout.ts';
export { PAUSE_IMAGE } from './pause-image.ts';
export { killContainers, removeContainerd } from './removal.ts';
export type { Containerd, ContainerdOptions } from './supervisor.ts';
export { startContainerd, stopContainerd } from './supervisor.ts';
