/** A part of a strand, and where it is. */
export type Piece = {
  strand: string;
  /** As its reader has it. */
  bytes: Buffer;
  /** Place in the stream, counted in bytes from its beginning. */
  at: number;
  /** Bytes there: as many as those of the text, unless it is an escape, which is one whole. */
  size: number;
  /** Of an escape: where the rest of it is, when what is no text lies in it, as the head of a frame does. Of other text it is not there. */
  more?: readonly { at: number; size: number }[];
  /** What is known about what follows: that more comes, that perhaps more does, that it is over. */
  next: "more" | "perhaps" | "end";
};
