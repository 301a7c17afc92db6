import { z } from "zod";

/** Who a token was issued to: a user's id, or the id of a client that acts for itself. */
export const subjectSchema = z.string().min(1).max(200);

/** `PUT /registry/publishers/:remote/:subject`. `name` is how lists show the subject; the subject itself when not given. */
export const newPublisherSchema = z.strictObject({ name: z.string().min(1).max(200).optional() });

/** `GET /registry/publishers/:remote`: who may publish, promote, try and roll back the remote, longest first. */
export const publisherListSchema = z.object({
  remote: z.string(),
  publishers: z.array(
    z.object({
      subject: subjectSchema,
      name: z.string(),
      grantedAt: z.iso.datetime(),
      grantedBy: z.string(),
    }),
  ),
});
export type PublisherList = z.infer<typeof publisherListSchema>;
