/** The node as its own events name it: by its name in place of its UID, as kubelet's do. */
export const nodeReference = (nodeName: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } });
