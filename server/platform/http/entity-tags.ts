/**
 * Entity tags (RFC 9110, section 8.8.3) of things that count their versions: `"7"` is the seventh.
 */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

export const ifMatchLengthMax = 200;
const tagsMax = 20;

/** The headers of a route that changes such a thing. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      maxLength: ifMatchLengthMax,
      description: 'Change it only if this is still its version (ETag); without it, in any case.',
    }),
  ),
});

export function entityTag(version: number): string {
  return `"${version}"`;
}

/** What is answered, its version in the answer's ETag. */
export function tagged<T extends { readonly version: number }>(reply: FastifyReply, one: T): T {
  reply.header('etag', entityTag(one.version));
  return one;
}

/**
 * The versions that an If-Match lets pass; undefined when it lets every one pass. A weak tag and
 * whatever is no tag of ours pass none, since the comparison is a strong one.
 */
export function versionsOf(ifMatch: string | undefined): readonly number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tags = ifMatch.split(',').slice(0, tagsMax);
  return tags.flatMap((tag) => {
    const [, version] = /^\s*"(\d{1,15})"\s*$/.exec(tag) ?? [];
    return version === undefined ? [] : [Number(version)];
  });
}

/** Whether an If-None-Match holds this tag, and a read may be answered with 304. */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === tag);
}
