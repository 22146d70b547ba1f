import type { Contents } from './files.js';

/** OneRoster's files of a school of two students. */
export const ONEROSTER_FILES: Contents = {
  'manifest.csv':
    'propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.academicSessions,bulk\nfile.orgs,bulk\nfile.courses,bulk\nfile.classes,bulk\nfile.users,bulk\nfile.enrollments,bulk\nfile.demographics,absent\n',
  'orgs.csv': 'sourcedId,name,type,identifier,parentSourcedId\no1,Oak School,school,1,\n',
  'academicSessions.csv':
    'sourcedId,title,type,startDate,endDate,schoolYear\nq1,Year,term,2026-08-20,2027-06-05,2027\nq2,Half,term,2026-08-20,2027-01-15,2027\n',
  'courses.csv': 'sourcedId,title,courseCode,orgSourcedId\nk1,Math,M,o1\nk2,Art,A,o1\n',
  'classes.csv':
    'sourcedId,title,grades,courseSourcedId,classCode,classType,schoolSourcedId,termSourcedIds\nc1,Math,04,k1,M1,scheduled,o1,q1\nc2,Art,04,k2,A1,scheduled,o1,q2\n',
  'users.csv':
    'sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,identifier,email,agentSourcedIds,grades\nu1,true,o1,student,ada,Ada,Moss,1001,,g1,04\nu2,true,o1,student,bo,Bo,Reed,1002,,g1,04\nt1,true,o1,teacher,pat,Pat,Lund,T1,,,\nt2,true,o1,teacher,sam,Sam,Vale,T2,,,\ng1,true,o1,guardian,gus,Gus,Moss,,gus@example.org,,\n',
  'enrollments.csv':
    'sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\ne1,c1,o1,t1,teacher,true,,\ne2,c2,o1,t2,teacher,true,,\ne3,c1,o1,u1,student,,,\ne4,c1,o1,u2,student,,,\ne5,c2,o1,u1,student,,,\n',
};
