/** A part of a strand, and where it is. */
export type Piece = {
  strand: string;
  /** As its reader has it. */
  bytes: Buffer;
  /** Place in the stream, counted in bytes from its beginning. */
  at: number;
  /** Bytes there; another number than those of the text when it is an escape, which is one whole then. */
  size: number;
  /** What is known about what follows: that more comes, that perhaps more does, that it is over. */
  next: "more" | "perhaps" | "end";
};
