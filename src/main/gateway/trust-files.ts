/**
 * What a bottle trusts, as files for its programs: the authority's certificate alone, the system's roots with it, and the same for Java; and the
 * variables that lead the usual programs there (features 4.5: before anything in the bottle speaks TLS).
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { getCACertificates, rootCertificates } from "node:tls";
import { bmpString, explicit, integer, nothing, octets, oid, sequence, set } from "./der.ts";

export const trustFileNames = {
  certificate: "cellar-ca.pem",
  bundle: "ca-bundle.pem",
  java: "truststore.p12",
} as const;

/** Keeps nothing secret: Java wants one all the same, and this is the one it tries itself. */
const javaPassword = "changeit";

/** Certificates as the files have them: one after the other as text, and for Java. */
type Encoded = { pem: string; bags: Uint8Array };

/** Writes the files, each whole at once: programs of the bottle may be reading them. */
export function writeTrustFiles(folder: string, authority: string): void {
  const roots = systemRoots();
  const own = encoded([authority], "cellar");
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, `.${name}.new`), content, { mode: 0o644 });
    renameSync(join(folder, `.${name}.new`), join(folder, name));
  };
  write(trustFileNames.certificate, own.pem);
  write(trustFileNames.bundle, roots.pem + own.pem);
  write(trustFileNames.java, javaTrustStore(roots.bags, own.bags));
}

let knownRoots: Encoded | undefined;

/**
 * What this computer trusts (a company may have an authority of its own); Node's own list where it keeps none. Some hundred certificates, the same
 * for every bottle: they are read once.
 */
export function systemRoots(): Encoded {
  if (knownRoots === undefined) {
    const own = getCACertificates("system");
    knownRoots = encoded(own.length > 0 ? own : rootCertificates, "root");
  }
  return knownRoots;
}

function encoded(certificates: readonly string[], alias: string): Encoded {
  return { pem: certificates.map((pem) => `${pem.trim()}\n`).join(""), bags: javaBags(certificates, alias) };
}

/** `folder`: where the bottle sees the files. */
export function trustEnvironment(folder: string): Record<string, string> {
  const at = (name: string) => posix.join(folder, name);
  const bundle = at(trustFileNames.bundle);
  return {
    // Node adds these to its own roots; the others replace what they would use.
    NODE_EXTRA_CA_CERTS: at(trustFileNames.certificate),
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    PIP_CERT: bundle,
    GIT_SSL_CAINFO: bundle,
    CURL_CA_BUNDLE: bundle,
    CARGO_HTTP_CAINFO: bundle,
    JAVA_TOOL_OPTIONS: `-Djavax.net.ssl.trustStore=${at(trustFileNames.java)} -Djavax.net.ssl.trustStorePassword=${javaPassword}`,
  };
}

const ids = {
  data: oid("1.2.840.113549.1.7.1"),
  certificateBag: oid("1.2.840.113549.1.12.10.1.3"),
  x509Certificate: oid("1.2.840.113549.1.9.22.1"),
  friendlyName: oid("1.2.840.113549.1.9.20"),
  /** Java reads a certificate without a key as trusted only with this attribute. */
  javaTrustedKeyUsage: oid("2.16.840.1.113894.746875.1.1"),
  anyExtendedKeyUsage: oid("2.5.29.37.0"),
  sha1: oid("1.3.14.3.2.26"),
};

/** Certificates as the content of a PKCS 12 file has them (RFC 7292), in plain. */
export function javaBags(certificates: readonly string[], alias: string): Uint8Array {
  const bags = certificates.map((pem, index) => {
    const certificate = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const attribute = (id: Uint8Array, value: Uint8Array) => sequence(id, set(value));
    return sequence(
      ids.certificateBag,
      explicit(0, sequence(ids.x509Certificate, explicit(0, octets(certificate)))),
      set(
        attribute(ids.friendlyName, bmpString(`${alias}-${index}`)),
        attribute(ids.javaTrustedKeyUsage, ids.anyExtendedKeyUsage),
      ),
    );
  });
  return Buffer.concat(bags);
}

/** A PKCS 12 file of these bags, with the checksum under a password that every Java can verify. */
export function javaTrustStore(...bags: readonly Uint8Array[]): Uint8Array {
  const data = (content: Uint8Array) => sequence(ids.data, explicit(0, octets(content)));
  const contents = sequence(data(sequence(...bags)));
  const salt = randomBytes(8);
  const rounds = 1;
  const mac = createHmac("sha1", macKey(javaPassword, salt, rounds))
    .update(contents)
    .digest();
  return sequence(
    integer(3),
    data(contents),
    sequence(sequence(sequence(ids.sha1, nothing), octets(mac)), octets(salt), integer(rounds)),
  );
}

/** RFC 7292 B.2 for id 3 (the MAC) with SHA-1: one block of 20 bytes is just what is needed. */
function macKey(password: string, salt: Buffer, rounds: number): Buffer {
  const block = 64;
  const repeated = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  const secret = Buffer.from(`${password}\0`, "utf16le").swap16();
  let key = Buffer.concat([Buffer.alloc(block, 3), repeated(salt), repeated(secret)]);
  for (let round = 0; round < rounds; round++) key = createHash("sha1").update(key).digest();
  return key;
}
