import passport from 'passport';
import { Strategy } from 'passport-local';
import { Types } from 'mongoose';
import { User } from '../models/user.js';
import { checkPassword } from './hash-password.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express' and Passport's types are extended
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User extends UserDocument {}
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
    User.findById(new Types.ObjectId(id))
      .lean()
      .then(
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

async function verifyLogin(email: string, password: string): Promise<User | undefined> {
  const user = await User.findOne({ email: email.trim().toLowerCase() }).lean();
  return (await checkPassword(user?.passwordHash, password)) && user ? user : undefined;
}
