/** What `k` and `km` say about themselves: fits a screen of 50 lines and 80 columns. */

export const usage = `agent-tty / k -- persistent terminal sessions for AI agents

k new <session> [cmd...] [--prompt=X]  start one (default bash), wait till ready
k run [-j] [-x] [-t N] [session] <code>  run a cell and wait (30 s). -j: JSON.
                                       -x: exit as the code did (timeout: 124)
k await ...                            the same as run
k fire [-t N] [session] <code>         start a cell, answer at once (300 s)
k poll [session] [cell_id]             its result; each can be fetched once
k wait [-t N] [session] [cell_id]      poll that waits for the end of the cell
k int [session]                        Ctrl-C; the active cell is interrupted
k kill <session>                       end the session and all its processes
k ls                                   names of live sessions
k status [session]                     health
k history [-n N] [session]             last N*5 lines (default 5; 0: all)
k watch [session]                      what arrives from now on
k notify [session] <message>           an event for km
k send <session> [--raw] <text>        type text and Enter (--raw: no Enter)
k keys <session> <key>...              C-c Up Enter M-x F1 or text, as in tmux
k screen <session> [--json]            what is on the screen now
km <session> [cell_id] [-1]            JSON events; -1: until a cell ends

<code> or <text> "-" is read from standard input (up to 16 MiB).
Session: explicit arg > K_SESSION env > the only session made by k new.

How the end of a cell is found (--prompt):
  not set    shells tell it; else 5 empty Enters give 5 equal prompt lines
  "(gdb)"    a line equal to this
  ./hook     a program that is fed each line, and exits when the cell has ended

JSON (run -j, fire, poll, wait):
  {"cell_id": "...", "status": "fired"}
  {"cell_id": "...", "status": "running"}
  {"cell_id": "...", "status": "done", "output": "..."}
    and behind it exit_code (null if unknown), duration_ms, truncated.
    done: the prompt is back. Only exit_code tells whether it went well.
  {"cell_id": "...", "status": "timeout", "output": ""}
  {"cell_id": "...", "status": "timeout", "output": "use k int or k kill"}
  {"status": "error", "output": "..."}
    no session, active cell, send failed, no active cell
  {"cell_id": "...", "status": "error", "output": "..."}
    interrupted, killed, unknown cell, watcher died, terminal ended
A timeout frees nothing: the code may still run. Only k int or k kill does.
km: fired done timeout interrupted killed error notify closed, all with "ts".
`;

export const monitorUsage = `km -- events of one session as they happen, one JSON object per line

km <session> [cell_id] [-1]
  session   a live session; with cell_id also one that has ended
  cell_id   only this cell's events; notify and closed are always told.
            If the cell has ended already, its end is told at once.
  -1        exit after the first end of a cell

{"cell_id": "...", "session": "...", "status": "fired", "ts": "..."}
  status: fired, done, timeout (it may still run), interrupted, killed,
          error (with "message")
{"session": "...", "status": "notify", "from": "...", "message": "...",
 "ts": "..."}
{"session": "...", "status": "closed", "ts": "..."}
{"session": "...", "status": "error", "message": "no session '...'",
 "ts": "..."}

Exit code: 0 after -1, Ctrl-C or SIGTERM; 1 for a session closed or unknown.
`;
