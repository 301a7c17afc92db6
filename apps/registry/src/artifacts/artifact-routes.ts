import { releaseFileSchema, versionSchema } from "@mullion/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../errors.ts";
import { parseRemoteName } from "../names.ts";
import type { ArtifactStore, BlobEncoding, OpenBlob } from "./artifact-store.ts";
import { acceptedEncodings } from "./negotiate.ts";
import type { IndexedFile, VersionIndex } from "./version-index.ts";

interface ArtifactParams {
  remote: string;
  version: string;
  "*": string;
}

const immutable = "public, max-age=31536000, immutable";
const filePath = releaseFileSchema.shape.path;

/** Readable from any page: no cookie is involved and everything here is public. */
const publicHeaders = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "timing-allow-origin": "*",
  "x-content-type-options": "nosniff",
} as const;

async function openBest(
  store: ArtifactStore,
  file: IndexedFile,
  wanted: readonly BlobEncoding[],
): Promise<{ blob: OpenBlob; encoding: BlobEncoding } | undefined> {
  for (const encoding of wanted) {
    const blob = await store.open(file.hash, encoding);
    if (blob !== undefined) return { blob, encoding };
  }
  return undefined;
}

function etagOf(file: IndexedFile, encoding: BlobEncoding): string {
  return encoding === "identity" ? `"${file.hash}"` : `"${file.hash}-${encoding}"`;
}

/** `If-None-Match` compares weakly (RFC 9110 section 13.1.2). */
function isKnown(request: FastifyRequest, etag: string): boolean {
  const known = request.headers["if-none-match"];
  if (known === undefined) return false;
  return known.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}

/** `GET` and `HEAD /artifacts/:remote/:version/*`: files of published versions, cacheable for ever. */
export function addArtifactRoutes(app: FastifyInstance, store: ArtifactStore, index: VersionIndex): void {
  async function serve(
    request: FastifyRequest<{ Params: ArtifactParams }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { remote, version, "*": path } = request.params;
    parseRemoteName(remote);
    if (!versionSchema.safeParse(version).success || !filePath.safeParse(path).success) {
      throw refuse("path_invalid", "It is /artifacts/<remote>/<version>/<path>, the path without '..'.");
    }
    const file = await index.find(remote, version, path);
    if (file === undefined) throw refuse("artifact_unknown", `${remote}@${version} lists no such file.`);

    const wanted = file.compressible
      ? acceptedEncodings(request.headers["accept-encoding"])
      : (["identity"] as const);
    const found = await openBest(store, file, wanted);
    if (found === undefined) {
      request.log.error(
        { remote, version, path, hash: file.hash, code: "artifact_missing" },
        "bytes are gone",
      );
      throw refuse(
        "artifact_missing",
        "The store has lost the bytes of this file. Deploy the version again.",
      );
    }
    const { blob, encoding } = found;
    const etag = etagOf(file, encoding);
    reply.headers({ "cache-control": immutable, etag });
    if (file.compressible) reply.header("vary", "Accept-Encoding");
    if (isKnown(request, etag)) {
      await blob.close();
      return reply.code(304).send();
    }
    reply.headers({ "content-type": file.contentType, "content-length": blob.bytes });
    if (encoding !== "identity") reply.header("content-encoding", encoding);
    if (request.method === "HEAD") {
      await blob.close();
      return reply.send();
    }
    return reply.send(blob.stream());
  }

  app.route<{ Params: ArtifactParams }>({
    method: ["GET", "HEAD"],
    url: "/artifacts/:remote/:version/*",
    onRequest: async (_request, reply) => {
      reply.headers(publicHeaders);
    },
    handler: serve,
  });
}
