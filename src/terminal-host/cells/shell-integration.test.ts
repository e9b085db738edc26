import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { missing } from "#test/requirements.ts";
import { Bench } from "./pty-terminal.fixture.ts";
import { withShellIntegration } from "./shell-integration.ts";

const integration = { mode: "integration" } as const;
let bench: Bench;
let home: string;
beforeEach(() => {
  bench = new Bench();
  home = join(bench.folder, "home");
  mkdirSync(home);
});
afterEach(() => bench.dispose());

describe("what is injected", () => {
  const inject = (argv: string[], env: Record<string, string> = {}) => withShellIntegration({ argv, env }, "/r");

  test.each([
    [["bash"], ["bash", "--init-file", "/r/bash.sh", "-i"]],
    [
      ["/usr/bin/zsh", "-l"],
      ["/usr/bin/zsh", "-i", "-l"],
    ],
    [["fish"], ["fish", "--init-command", "source '/r/fish.fish'"]],
    [
      ["pwsh", "-NoLogo"],
      ["pwsh", "-NoLogo", "-NoExit", "-Command", ". '/r/pwsh.ps1'"],
    ],
    [
      ["C:\\Program Files\\PowerShell\\7\\pwsh.exe"],
      ["C:\\Program Files\\PowerShell\\7\\pwsh.exe", "-NoExit", "-Command", ". '/r/pwsh.ps1'"],
    ],
    [
      ["/bin/sh", "-c", "bash"],
      ["/bin/sh", "-c", "exec 'bash' '--init-file' '/r/bash.sh' '-i'"],
    ],
  ])("%j is started as %j", (argv, want) => {
    const started = inject(argv);
    expect(started.argv).toEqual(want);
    expect(started.integration?.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(started.env["CELLAR_SHELL_NONCE"]).toBe(started.integration?.nonce);
  });

  test.each([
    [["bash", "-c", "echo"]],
    [["bash", "script.sh"]],
    [["bash", "--norc"]],
    [["zsh", "-f"]],
    [["sh"]],
    [["python3"]],
    [["/bin/sh", "-c", "bash; echo"]],
    [["/bin/sh", "-c", "bash $HOME"]],
    [["/bin/sh", "-c", "FOO=1 bash"]],
    [[]],
  ])("%j stays as it is", (argv) => {
    expect(inject(argv, { A: "1" })).toEqual({ argv, env: { A: "1" }, integration: null });
  });

  test("zsh is told of the person's own ZDOTDIR, bash of being a login shell", () => {
    expect(inject(["zsh"], { ZDOTDIR: "/mine" }).env).toMatchObject({ ZDOTDIR: "/r/zsh", CELLAR_ZDOTDIR: "/mine" });
    expect(inject(["bash", "--login"]).env["CELLAR_SHELL_LOGIN"]).toBe("1");
  });
});

/** Startup files of people, each with something that a careless integration breaks. */
const setups: {
  name: string;
  shell: string;
  argv?: string[];
  files: Record<string, string>;
  env?: Record<string, string>;
  check: [code: string, output: string][];
}[] = [
  {
    name: "bash with its own prompt command, a changing prompt of two lines, and a DEBUG trap",
    shell: "bash",
    files: {
      ".bashrc": `PROMPT_COMMAND='n=$((n+1)); PS1="[$n]\\n\\w \\$ "; echo from the prompt'\ntrap 'last=$BASH_COMMAND' DEBUG\nalias hi='echo aliased'`,
    },
    check: [
      ["hi", "aliased"],
      ["(exit 3); echo $?", "3"],
      ["echo $last | cut -c1-4", "echo"],
    ],
  },
  {
    name: "bash with set -u and failglob",
    shell: "bash",
    files: { ".bashrc": "set -u\nshopt -s failglob\nPS1='$ '" },
    check: [
      ["echo ok", "ok"],
      ["echo [x] 2>&1", "bash: no match: [x]"],
    ],
  },
  {
    name: "bash whose prompt command is an array, and set again in a cell",
    shell: "bash",
    files: { ".bashrc": "PROMPT_COMMAND+=('a=1' 'b=2')\nexport PS1='> '" },
    check: [
      ["echo $a$b", "12"],
      ["PROMPT_COMMAND='c=3'; PS1='new> '", ""],
      ["echo $c", "3"],
      [". ~/.bashrc", ""],
      ["env | grep -c 133", "0"],
    ],
  },
  {
    name: "bash with bash-preexec's way of hooking in",
    shell: "bash",
    files: {
      ".bashrc": `bash_preexec_imported=defined\nprecmd_functions=(mine)\nmine() { seen=$?; }\nrun_all() { local s=$? f; for f in "\${precmd_functions[@]}"; do (exit $s); $f; done; }\nPROMPT_COMMAND=run_all`,
    },
    check: [
      ["(exit 4)", ""],
      ["echo $seen", "4"],
    ],
  },
  {
    name: "a login bash",
    shell: "bash",
    argv: ["bash", "-l"],
    files: { ".bash_profile": "export FROM=profile", ".bashrc": "FROM=rc" },
    check: [["echo $FROM", "profile"]],
  },
  {
    name: "zsh with a theme, its own hooks, and no mark for unfinished lines",
    shell: "zsh",
    files: {
      ".zshenv": "export ENVFILE=read",
      ".zshrc": `autoload -Uz add-zsh-hook\ntheme() { PROMPT="%F{red}%~%f\n$ "; RPROMPT='%T'; }\nadd-zsh-hook precmd theme\nsetopt prompt_subst\nPROMPT_EOL_MARK=''\nHISTFILE=~/.hist`,
    },
    check: [
      ["echo $ENVFILE $+ZDOTDIR", "read 0"],
      ["printf unfinished", "unfinished"],
      ["echo $HISTFILE | sed 's|.*/||'", ".hist"],
    ],
  },
  {
    name: "zsh with a ZDOTDIR of its own",
    shell: "zsh",
    files: { "z/.zshrc": "MINE=yes", ".zshenv": "ZDOTDIR=~/z" },
    check: [["echo $MINE $ZDOTDIR:t", "yes z"]],
  },
  {
    name: "zsh whose startup file is read again",
    shell: "zsh",
    files: { ".zshrc": "PROMPT='%~ $ '\nprecmd_functions=()\npreexec_functions=()" },
    check: [
      ["source ~/.zshrc", ""],
      ["echo still", "still"],
    ],
  },
  {
    name: "a login zsh",
    shell: "zsh",
    argv: ["zsh", "-l"],
    files: { ".zprofile": "A=p", ".zshrc": "A+=r", ".zlogin": "A+=l" },
    check: [["echo $A", "prl"]],
  },
  {
    name: "fish with its own prompt and greeting",
    shell: "fish",
    files: {
      ".config/fish/config.fish":
        "set -g fish_greeting\nfunction fish_prompt\n  echo two\n  echo -n 'lines> '\nend\nalias hi 'echo aliased'",
    },
    check: [
      ["hi", "aliased"],
      ["printf unfinished", "unfinished"],
    ],
  },
];

describe.each(setups)("$name", ({ shell, argv, files, env, check }) => {
  test.skipIf(missing(shell))("keeps working, and its cells end", async () => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(home, path, ".."), { recursive: true });
      writeFileSync(join(home, path), `${text}\n`);
    }
    const terminal = await bench.open(argv ?? [shell], integration, {
      home,
      env: { ...env, XDG_CONFIG_HOME: join(home, ".config") },
    });
    for (const [code, output] of check) {
      expect(await bench.run(terminal, code, 5)).toMatchObject({ code, state: "done", end: "integration", output });
    }
    expect(existsSync(join(home, ".bashrc"))).toBe(".bashrc" in files);
  });
});

test.skipIf(missing("bash"))(
  "a nested shell without marks takes cells by its lines, and the outer one again after it",
  async () => {
    const terminal = await bench.open(["bash"], integration);
    await bench.run(terminal, "PS1='inner> ' bash --norc", 1);
    await bench.engine.interrupt(terminal.id);
    expect(await bench.run(terminal, "echo in; echo $((SHLVL > 1))", 5)).toMatchObject({
      end: "repeat",
      output: "in\n1",
    });
    await bench.run(terminal, "exit", 5);
    expect(await bench.run(terminal, "echo out", 5)).toMatchObject({ end: "integration", output: "out" });
  },
);

test.skipIf(missing("bash"))(
  "a shell whose startup never comes to a prompt of its own is taken by its lines",
  async () => {
    writeFileSync(join(home, ".bashrc"), "exec sh\n");
    const terminal = await bench.open(["bash"], integration, { home, readyMs: 100 });
    expect(await bench.run(terminal, "echo hi", 10)).toMatchObject({ end: "repeat", output: "hi" });
  },
);
