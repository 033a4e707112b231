/** A text that is served at a path, in parts. */
export interface Document {
  readonly contentType: string;
  readonly parts: readonly (string | Buffer)[];
}

/** Makes the documents of a server, by path, when they are asked for. */
export type Documents = ReadonlyMap<string, () => Promise<Document>>;
