import type { EmayImsService, ImsResolution } from 'nestjs-emay-ims';

/** What a command shows of a person's decision about a doubt. */
export type ShownDecision = Pick<ImsResolution, 'decision' | 'decidedBy' | 'reason' | 'decidedAt'>;

/** The decisions about a message, oldest first. */
export async function decisionsAbout(ims: EmayImsService, id: string): Promise<ShownDecision[]> {
  const resolutions = await ims.resolutions(id);
  return resolutions.map(({ decision, decidedBy, reason, decidedAt }) => ({ decision, decidedBy, reason, decidedAt }));
}
