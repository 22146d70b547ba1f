import type { Response } from 'express';
import { isBlocked, User } from '../models/user.js';
import { actorOf } from '../web/actor.js';
import { andList } from '../web/format-count.js';
import type { Adult } from './queries.js';

/** The adults of a household, in words. */
export interface Beside {
  /** Who books together with the adult; '' for nobody. */
  beside: string;
  /** How many they are. */
  others: number;
  /** The adult, and who books together with them. */
  everyone: string;
  /** Those of them who are told what is done: who is blocked is not. '' for nobody. */
  told: string;
}

/** Who books together with an adult: whatever is done to their household reaches those too, so every page about it names them. */
export async function nameBeside(
  res: Response,
  { household, user }: Pick<Adult, 'household' | 'user'>,
): Promise<Beside> {
  const ids = (household?.adults ?? []).filter((id) => !id.equals(user._id));
  const found =
    ids.length > 0
      ? await User.find({ _id: { $in: ids } }, { name: 1, blocks: 1 })
          .sort({ name: 1 })
          .lean()
      : [];
  const actor = actorOf(res);
  const namesOf = (users: Pick<User, 'name'>[]) =>
    andList(
      users.map(({ name }) => name),
      actor,
    );
  return {
    beside: namesOf(found),
    others: found.length,
    everyone: namesOf([user, ...found]),
    told: namesOf([user, ...found].filter((one) => !isBlocked(one, actor.account))),
  };
}
