/**
 * The version of the protocol between the terminal host and its clients. Raised whenever a frame or method changes so that an older peer would
 * misunderstand it. What a host has of its own in a home (sockets, lock) is named by it, so that a new host works beside an old one that still has
 * terminals; `resources/bin/k` names its socket too.
 */
export const protocolVersion = 2;
