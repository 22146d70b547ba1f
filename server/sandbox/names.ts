/** Names of people who do not exist, for the sandbox district. */
export const FIRST_NAMES = (
  'Aaliyah Adam Adriana Aiden Alana Alejandro Alice Amara Amir Ana Andre Anika Anthony Aria Asher Ava Beatriz Ben Bianca ' +
  'Caleb Camila Carlos Carmen Chloe Claire Connor Daisy Damian Daniel Delilah Diego Dominic Eleanor Elena Eli Emma Esther ' +
  'Ethan Eva Felix Fiona Gabriel Gianna Grace Hannah Harper Hassan Hazel Henry Imani Isaac Isabel Isla Ivan Jada Jamal ' +
  'Jasmine Javier Jonah Josephine Julian Kai Kayla Keisha Kiara Layla Leah Leo Liam Lila Logan Lucia Luis Luna Maceo Maisie ' +
  'Malik Marisol Mason Mateo Maya Micah Mila Miles Mina Naomi Nathan Nia Nina Noah Nora Oliver Omar Owen Paige Penelope ' +
  'Priya Quinn Rafael Rashid Reese Rosa Ruby Ryan Sadie Samir Samuel Santiago Sara Sienna Simon Sofia Stella Talia Theo ' +
  'Thomas Tyrone Valeria Vera Victor Violet Wesley Willa Xavier Yara Yusuf Zachary Zara Zoe'
).split(' ');

export const LAST_NAMES = (
  'Abara Adler Aguilar Ahmed Alvarez Anderson Baptiste Barnes Becker Bennett Blackwood Boateng Brooks Bui Calloway Castillo ' +
  'Chambers Chavez Clarke Coleman Contreras Cooper Cruz Dalton Delgado Diallo Dixon Dominguez Duong Ellison Espinoza Farah ' +
  'Fernandez Fischer Fleming Foster Fuentes Gallagher Garcia Gibson Gomez Greene Guerrero Gupta Hale Hamilton Harris Hassan ' +
  'Hayes Hernandez Holloway Hughes Ibrahim Jackson Jensen Johnson Juarez Kaplan Keller Khan Kim Kowalski Lambert Larsen ' +
  'Lawson Le Lee Lindqvist Lopez Luna Maldonado Marsh Martinez Mbeki McAllister Medina Mendoza Mitchell Molina Montoya ' +
  'Morales Murphy Nakamura Navarro Nelson Nguyen Novak Nwosu Ochoa Okafor Olsen Ortega Osei Padilla Palmer Park Patel ' +
  'Pereira Perkins Pham Quintero Ramirez Reyes Rivera Robinson Rojas Rosen Rossi Ruiz Salazar Sanchez Santos Sato Schmidt ' +
  'Shah Silva Simmons Singh Sokolov Stewart Suarez Sullivan Tanaka Thompson Torres Tran Turner Valdez Vargas Vega Walsh ' +
  'Washington Weber Whitfield Williams Wong Yamamoto Young Zamora Zimmerman'
).split(' ');

/** Families whose names have more than plain letters, one list of first and last names each. */
export const WORLD_NAMES: readonly { first: readonly string[]; last: readonly string[] }[] = [
  {
    first: ['José', 'Zoë', 'Renée', 'Ángel', 'Núria'],
    last: ['Muñoz', 'Peña', 'Ibáñez', 'Núñez-Ortiz', 'García Márquez'],
  },
  {
    first: ['Siobhán', 'D’Andre', 'Aoife', 'Ciarán'],
    last: ["O'Brien", 'Ó Súilleabháin', 'Mac Giolla-Bhríde', 'D’Angelo'],
  },
  { first: ['Łukasz', 'Žofie', 'Ştefan', 'Jiří'], last: ['Wójcik', 'Dvořáková', 'Țăranu', 'Šimůnek'] },
  {
    first: ['Jürgen', 'Åsa', 'Søren', 'Þóra'],
    last: ['Größmann', 'Ångström', 'Østergård', 'Guðmundsdóttir'],
  },
  { first: ['Nguyễn An', 'Thị Hạnh', 'Quốc Bảo'], last: ['Nguyễn', 'Trần', 'Đặng'] },
  { first: ['Иван', 'Олена', 'Татьяна'], last: ['Петров', 'Шевченко', 'Кузнецова'] },
  { first: ['Ελένη', 'Νίκος'], last: ['Παπαδόπουλος', 'Οικονόμου'] },
  { first: ['محمد', 'فاطمة', 'يوسف'], last: ['الحسيني', 'عبد الرحمن', 'الخطيب'] },
  { first: ['נועם', 'תמר'], last: ['כהן', 'בן־דוד'] },
  { first: ['小明', '美玲'], last: ['王', '欧阳'] },
  { first: ['さくら', '翔太'], last: ['佐藤', '髙橋'] },
  { first: ['지우', '민준'], last: ['김', '남궁'] },
  { first: ['आरव', 'अनन्या'], last: ['शर्मा', 'त्रिपाठी'] },
  { first: ['สมชาย', 'กัญญา'], last: ['ศรีสุข', 'วงศ์ใหญ่'] },
  // The same letters as in the first list, but each as a letter and a combining mark.
  { first: ['Jose\u0301', 'Zoe\u0308'], last: ['Mun\u0303oz', 'Pen\u0303a'] },
];

/** Difficult names, given to the first students. */
export const HOSTILE_NAMES: readonly { first?: string; middle?: string | null; last?: string }[] = [
  { first: '<script>alert(1)</script>', last: '<b>Bold</b>' },
  { first: '=HYPERLINK("https://example.com","Grades")', last: '+1-555-0100' },
  { first: '🦄 Max 👩‍👩‍👧', last: 'Star⭐️' },
  { first: 'Maximiliana', middle: 'Long '.repeat(60).trim(), last: `Verylong${'name'.repeat(70)}` },
  { first: 'Robert"); DROP TABLE students;--', last: "O'Quote" },
  { last: 'Mononym' },
  { first: '  Spaced ', middle: null, last: 'Out\tTab' },
  { first: '\u202Egnol\u202C', last: 'Zero\u200BWidth' },
  { first: '{{name}}', last: '<%= secret %>' },
  { first: '', last: '' },
];

export const PLACES = [
  'Cedar',
  'Harbor',
  'Maple',
  'Northgate',
  'Orchard',
  'Prairie',
  'River',
  'Summit',
  'Valley',
  'Willow',
];

/** Only a to z, for addresses and user names. */
export function plainLetters(name: string): string {
  return (
    name
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .slice(0, 20) || 'x'
  );
}
