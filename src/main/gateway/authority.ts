/**
 * The certificate authority of one bottle: signs a server certificate for a host whose traffic the rules have to see. Its own certificate says,
 * critically, which names it may sign for (RFC 5280 4.2.1.10), so that with it nobody can be anybody else, in this bottle or outside.
 * The key is made on the host, kept 0600 in the bottle's folder there, and never enters the bottle.
 */
import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import * as x509 from "@peculiar/x509";
import { Failure } from "#shared/failure.ts";
import { parseAddress } from "../egress/index.ts";
import { der, implicit, sequence } from "./der.ts";

const keyFile = "gateway-ca-key.pem";
const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;
const hour = 3_600_000;
/** A bottle may live for months; its authority is of no use without its key. */
const authorityLife = 397 * 24 * hour;
const leafLife = 48 * hour;
/** Made again when it has less than this left: a long connection may be opened with it. */
const leafSpare = 12 * hour;
/** Clocks of virtual machines go wrong after a sleep. */
const clockSlack = 24 * hour;
const mostLeaves = 200;

type KeyPair = webcrypto.CryptoKeyPair;

export class Authority {
  /** Sorted; each with everything below it, which is the narrowest that the format can say. */
  readonly hosts: readonly string[];
  readonly certificate: string;
  readonly #issuer: x509.X509Certificate;
  readonly #keys: KeyPair;
  /** Made meanwhile: nobody asks for a certificate before a program runs. */
  readonly #leafKeys = newLeafKeys();
  readonly #leaves = new Map<string, Promise<{ context: SecureContext; until: number }>>();

  private constructor(hosts: readonly string[], issuer: x509.X509Certificate, keys: KeyPair) {
    this.hosts = hosts;
    this.#issuer = issuer;
    this.certificate = issuer.toString("pem");
    this.#keys = keys;
    this.#leafKeys.catch(() => {});
  }

  /**
   * For exactly these hosts (names, `*.` patterns, addresses). `folder` is the bottle's on the host: the key found there is used again, so that
   * what a bottle trusts stays true after a restart and when a host is added. Throws `failed` when the key can be neither read nor made.
   */
  static async open(folder: string, hosts: readonly string[]): Promise<Authority> {
    x509.cryptoProvider.set(webcrypto as unknown as Crypto);
    const sorted = [...new Set(hosts)].sort();
    const keys = await authorityKeys(join(folder, keyFile));
    const now = Date.now();
    const issuer = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: [{ O: ["Cellar"] }, { CN: ["Cellar gateway of one bottle"] }],
      notBefore: new Date(now - clockSlack),
      notAfter: new Date(now + authorityLife),
      keys: keys as never,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.Extension("2.5.29.30", true, Uint8Array.from(nameConstraints(sorted)).buffer),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
      ],
    });
    return new Authority(sorted, issuer, keys);
  }

  /** What a TLS server needs to be `host`. The caller has decided that it is one of ours. */
  async contextFor(host: string): Promise<SecureContext> {
    const known = await this.#leaves.get(host);
    if (known !== undefined && known.until > Date.now() + leafSpare) return known.context;
    const made = this.#sign(host);
    this.#leaves.set(host, made);
    made.catch(() => this.#leaves.delete(host));
    if (this.#leaves.size > mostLeaves) this.#leaves.delete(this.#leaves.keys().next().value!);
    return (await made).context;
  }

  async #sign(host: string): Promise<{ context: SecureContext; until: number }> {
    const now = Date.now();
    const until = now + leafLife;
    const { keys, pem } = await this.#leafKeys;
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      // No common name: some clients would hold it against the constraints, and none needs it beside the extension.
      subject: [{ O: ["Cellar gateway"] }],
      issuer: this.#issuer.subjectName,
      notBefore: new Date(now - clockSlack),
      notAfter: new Date(until),
      publicKey: keys.publicKey as never,
      signingKey: this.#keys.privateKey as never,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: isIP(host) ? "ip" : "dns", value: host }]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey as never),
      ],
    });
    const cert = `${leaf.toString("pem")}\n${this.certificate}\n`;
    return { context: createSecureContext({ key: pem, cert, minVersion: "TLSv1.2" }), until };
  }
}

async function authorityKeys(path: string): Promise<KeyPair> {
  let pem: string | null = null;
  try {
    pem = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Failure("failed", `the key of the bottle's certificate authority cannot be read: ${path}`, {
        cause: error,
      });
    }
  }
  if (pem !== null) return importKeys(pem, path);
  const keys = (await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"])) as KeyPair;
  // Whole or not at all: a half-written key would be a bottle that trusts nothing after a crash.
  writeFileSync(`${path}.new`, await exportKey(keys), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return keys;
}

async function importKeys(pem: string, path: string): Promise<KeyPair> {
  try {
    const { crv, x, y, d } = createPrivateKey(pem).export({ format: "jwk" });
    const load = (jwk: webcrypto.JsonWebKey, use: "sign" | "verify") =>
      webcrypto.subtle.importKey("jwk", jwk, keyAlgorithm, true, [use]);
    const open = { kty: "EC", crv: crv!, x: x!, y: y! };
    return { publicKey: await load(open, "verify"), privateKey: await load({ ...open, d: d! }, "sign") };
  } catch (error) {
    throw new Failure("failed", `the key of the bottle's certificate authority is damaged: ${path}`, {
      hint: "Close the bottle and launch again; a new authority is made then.",
      cause: error,
    });
  }
}

type LeafKeys = { keys: KeyPair; pem: string };

/** Of this process only: they are in no file. */
async function newLeafKeys(): Promise<LeafKeys> {
  const keys = (await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"])) as KeyPair;
  return { keys, pem: await exportKey(keys) };
}

async function exportKey(keys: KeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}(?!$)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

/** 127 random bits, positive. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString("hex");
}

const dnsName = 2;
const ipAddress = 7;

/** Exported for its test: the extension's value. Kinds of names that are not listed would be free, so each kind is said. */
export function nameConstraints(hosts: readonly string[]): Uint8Array {
  const names = hosts.filter((host) => !isIP(host)).map((host) => host.replace(/^\*\./, ""));
  const addresses = hosts.flatMap((host) => parseAddress(host)?.address.bytes ?? []);
  // No name ends in "invalid" (RFC 2606): an authority without names may sign for none.
  const permitted = [
    ...(names.length > 0 ? names : ["invalid"]).map((name) => implicit(dnsName, Buffer.from(name, "latin1"))),
    ...addresses.map((address) => implicit(ipAddress, Buffer.concat([address, Buffer.alloc(address.length, 0xff)]))),
  ];
  // An address is of one kind in both families; where none is permitted, all are excluded.
  const excluded = addresses.length > 0 ? [] : [4, 16].map((size) => implicit(ipAddress, Buffer.alloc(size * 2)));
  const subtrees = (n: number, bases: Uint8Array[]) =>
    bases.length === 0 ? new Uint8Array() : der(0xa0 | n, ...bases.map((base) => sequence(base)));
  return sequence(subtrees(0, permitted), subtrees(1, excluded));
}
