/**
 * Other names that offices give to the columns of files that they make by hand, in the languages of their spreadsheets. Lower-case letters
 * and digits only, without accents.
 */
const NUMBER_WORDS = ['number', 'no', 'nr', 'num', 'code', 'key', ''];

function idNames(...things: string[]): string[] {
  return things.flatMap((thing) => [
    ...NUMBER_WORDS.map((word) => `${thing}${word}`),
    `${thing}id`,
    `id${thing}`,
    `${thing}sid`,
  ]);
}

const FIRST = `first firstname fname given givenname givennames forename forenames firstnames preferredname vorname vornamen rufname nombre
  nombres primernombre prenom prenoms nome nomi imie fornavn fornamn etunimi voornaam`;
const LAST = `last lastname lname surname surnames familyname family lastnames nachname familienname zuname apellido apellidos
  primerapellido nom nomdefamille sobrenome apelido cognome nazwisko efternavn efternamn sukunimi achternaam`;
const EMAIL = `email emailaddress mail mailaddress emails emailid correo correoelectronico courriel adressemail epost emailadresse
  correo1 homeemail primaryemail workemail schoolemail contactemail`;
const SECRET = `securityvalue security securitycode securityword secret code password passcode passphrase pin accesscode birthdate
  birthday dob dateofbirth birth geburtsdatum geburtstag fechadenacimiento fechanacimiento fechanac datedenaissance datenaissance
  naissance nascimento datadenascimento datadinascita`;
const ROOM = 'room rooms roomnumber roomno location classroom raum zimmer salon aula salle sala';
const ACTION = 'action aktion accion acao azione';
const STUDENTS =
  'student pupil child learner schuler alumno alumna estudiante eleve aluno studente leerling'.split(' ');
const TEACHERS =
  'teacher instructor staff faculty employee lehrer lehrkraft maestro profesor docente enseignant professeur'.split(
    ' ',
  );
const CLASSES = 'class course section klasse kurs clase curso classe cours group'.split(' ');
const PARENTS = 'parent guardian contact eltern padre tutor parents parentguardian'.split(' ');

const split = (names: string): string[] => names.split(/\s+/);

/** By the column's name. */
export const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  First: split(FIRST),
  Last: split(LAST),
  Email: split(EMAIL),
  SecurityValue: split(SECRET),
  Room: split(ROOM),
  Action: split(ACTION),
  StudentID: [
    ...idNames(...STUDENTS),
    'matricula',
    'sisid',
    'localid',
    'localstudentid',
    'schulernummer',
    'schuelernummer',
  ],
  TeacherID: [...idNames(...TEACHERS), 'lehrernummer'],
  ClassID: [...idNames(...CLASSES), 'crn'],
  ParentID: idNames(...PARENTS),
  ClassName: split(
    'classname coursename name title coursetitle classtitle klassenname kursname nombredelaclase nomducours',
  ),
  GroupName: split('groupname grade gradelevel gruppe grupo groupe'),
  PTAN: split('ptan appointments allowed appointmentsallowed maxappointments'),
};

/** Headings that mark the first column of a table when no other name does. */
export const FIRST_COLUMN_NAMES: readonly string[] = [
  'id',
  'ids',
  'number',
  'no',
  'nr',
  'num',
  'sisid',
  'localid',
  'identifier',
];

/** Header names are written in many ways: "School_id", "School id", "SCHOOLID". */
export function lettersOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
