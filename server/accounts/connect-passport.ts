import type { Request } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { ask, findTogether, type Question } from '../models/find-together.js';
import { User } from '../models/user.js';
import { checkPassword } from './hash-password.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express' and Passport's types are extended
  namespace Express {
    interface User extends UserDocument {
      /** Those in which something is granted to it; absent in the request that logs in. */
      accounts?: Account[];
    }
  }
}
type UserDocument = User;

type Done = (error: unknown, user?: Express.User | false) => void;

/** What else a request is known to ask for, which is read by the same command as its login. */
export interface Beside {
  questions: Record<string, Question<unknown>>;
  keep: (answers: Record<string, unknown[]>) => void;
}

/**
 * Passport with one strategy: email and password. The session keeps only the login's id.
 * @param findBeside what else a request of this login asks for
 */
export function connectPassport(
  findBeside: (req: Request, login: Types.ObjectId) => Beside | undefined = () => undefined,
): passport.PassportStatic {
  const authenticator = new passport.Passport() as passport.PassportStatic;
  authenticator.use(
    new Strategy({ usernameField: 'email' }, (email, password, done) => {
      verifyLogin(email, password).then(
        (user) => {
          done(null, user ?? false);
        },
        (error: unknown) => {
          done(error);
        },
      );
    }),
  );
  authenticator.serializeUser((user, done) => {
    done(null, user._id.toHexString());
  });
  authenticator.deserializeUser((req: Request, id: string, done: Done) => {
    const login = new Types.ObjectId(id);
    loadLogin(login, findBeside(req, login)).then(
      (user) => {
        done(null, user ?? false);
      },
      (error: unknown) => {
        done(error);
      },
    );
  });
  return authenticator;
}

/** A login with the accounts in which something is granted to it: one command a request. */
async function loadLogin(_id: Types.ObjectId, beside?: Beside): Promise<Express.User | undefined> {
  const { logins, ...others } = await findTogether({
    ...beside?.questions,
    logins: ask<User, Express.User>(
      User,
      { _id },
      {
        $lookup: {
          from: Account.collection.name,
          localField: 'grants.account',
          foreignField: '_id',
          as: 'accounts',
        },
      },
    ),
  });
  beside?.keep(others);
  return logins[0];
}

async function verifyLogin(email: string, password: string): Promise<User | undefined> {
  const user = await User.findOne({ email: email.trim().toLowerCase() }).lean();
  return (await checkPassword(user?.passwordHash, password)) && user ? user : undefined;
}
