import { type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  explicit,
  integer,
  nothing,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

export interface CertificateRequest {
  /** 20 digits; SAT writes them as ASCII into the serial number, and so does this. */
  number: string;
  subject: DistinguishedName;
  issuer: DistinguishedName;
  publicKey: KeyObject;
  signingKey: KeyObject;
  validFrom: Date;
  validTo: Date;
  /** Whether it may sign other certificates. */
  authority: boolean;
}

/** Attribute names of a subject, in the order in which they are written. */
export type DistinguishedName = Partial<Record<keyof typeof attributes, string>>;

/** Object identifiers of X.520; SAT puts the RFC in x500UniqueIdentifier. */
const attributes = {
  commonName: '2.5.4.3',
  name: '2.5.4.41',
  organization: '2.5.4.10',
  country: '2.5.4.6',
  uniqueIdentifier: '2.5.4.45',
} as const;

/** An X.509 version 3 certificate, in DER. The same request always gives the same bytes. */
export function makeCertificate(request: CertificateRequest): Buffer {
  const algorithm = sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing());
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.from(request.number, 'ascii')),
    algorithm,
    distinguishedName(request.issuer),
    sequence(time(request.validFrom), time(request.validTo)),
    distinguishedName(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions(request.authority)),
  );
  const signature = sign('sha256', body, request.signingKey);
  return sequence(body, algorithm, bitString(signature));
}

function distinguishedName(names: DistinguishedName): Buffer {
  const parts = Object.entries(names).map(([name, value]) => {
    const text = name === 'country' ? printableString(value) : utf8String(value);
    const oid = objectIdentifier(attributes[name as keyof typeof attributes]);
    return set(sequence(oid, text));
  });
  return sequence(...parts);
}

/** Basic constraints and key usage: an authority signs certificates, the others sign documents. */
function extensions(authority: boolean): Buffer {
  const constraints = authority ? sequence(boolean(true)) : sequence();
  const usage = authority
    ? bitString(Buffer.from([0b0000_0110]), 1)
    : bitString(Buffer.from([0b1100_0000]), 6);
  return sequence(extension('2.5.29.19', constraints), extension('2.5.29.15', usage));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), boolean(true), octetString(value));
}
