import passport from 'passport';
import { Strategy } from 'passport-local';
import { Types } from 'mongoose';
import { Account } from '../models/account.js';
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

/** Passport with one strategy: email and password. The session keeps only the login's id. */
export function connectPassport(): passport.PassportStatic {
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
  authenticator.deserializeUser((id: string, done) => {
    loadLogin(new Types.ObjectId(id)).then(
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
async function loadLogin(_id: Types.ObjectId): Promise<Express.User | undefined> {
  const [found] = await User.aggregate<Express.User>([
    { $match: { _id } },
    {
      $lookup: {
        from: Account.collection.name,
        localField: 'grants.account',
        foreignField: '_id',
        as: 'accounts',
      },
    },
  ]);
  return found;
}

async function verifyLogin(email: string, password: string): Promise<User | undefined> {
  const user = await User.findOne({ email: email.trim().toLowerCase() }).lean();
  return (await checkPassword(user?.passwordHash, password)) && user ? user : undefined;
}
