/** Certificates made for one test by the system's openssl: an authority nobody else knows, and what it signs. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { TemporaryFolder } from "./temporary.ts";

export type Pair = { cert: string; key: string };

export class Certificates {
  readonly ca: string;
  readonly #folder: TemporaryFolder;
  #count = 0;

  constructor(folder: TemporaryFolder) {
    this.#folder = folder;
    this.ca = this.#selfSigned("ca", "Test authority", ["-addext", "basicConstraints=critical,CA:TRUE"]).cert;
    writeFileSync(folder.in("index.txt"), "");
    writeFileSync(folder.in("ca.cnf"), config(folder.path));
  }

  /** Signed by the authority, for these names; days from `from` to `to` as YYYYMMDD. */
  signed(names: string[], from = "20200101", to = "20400101"): Pair {
    const name = `leaf${this.#count++}`;
    const at = (end: string) => this.#folder.in(`${name}.${end}`);
    writeFileSync(
      at("ext"),
      `subjectAltName=${names.map((own) => (/^[\d.]+$/.test(own) ? `IP:${own}` : `DNS:${own}`)).join(",")}\n`,
    );
    openssl(
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      at("key"),
      "-subj",
      `/CN=${names[0]}`,
      "-out",
      at("csr"),
    );
    openssl(
      ...["ca", "-batch", "-config", this.#folder.in("ca.cnf"), "-in", at("csr"), "-out", at("pem"), "-notext"],
      ...["-startdate", `${from}000000Z`, "-enddate", `${to}000000Z`, "-extfile", at("ext")],
    );
    return { cert: readFileSync(at("pem"), "utf8"), key: readFileSync(at("key"), "utf8") };
  }

  selfSigned(name: string): Pair {
    return this.#selfSigned(`self${this.#count++}`, name, ["-addext", `subjectAltName=DNS:${name}`]);
  }

  #selfSigned(file: string, subject: string, more: string[]): Pair {
    const at = (end: string) => this.#folder.in(`${file}.${end}`);
    openssl(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "3650",
      "-keyout",
      at("key"),
      "-out",
      at("pem"),
      "-subj",
      `/CN=${subject}`,
      ...more,
    );
    return { cert: readFileSync(at("pem"), "utf8"), key: readFileSync(at("key"), "utf8") };
  }
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function config(folder: string): string {
  return `[ca]
default_ca = own
[own]
database = ${folder}/index.txt
new_certs_dir = ${folder}
certificate = ${folder}/ca.pem
private_key = ${folder}/ca.key
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
`;
}
