import { COURSE_COUNT, generateDistrict, TERM_COUNT } from './generate-catalog.js';
import type { DistrictView, Entry, Sharing } from './district-view.js';
import { generateRecord, type AnyObject, type ObjectTypes } from './generate-record.js';
import { sectionCount } from './generate-section.js';
import { DISTRICT_ADMINS, STAFF_PER_SCHOOL } from './generate-staff.js';
import { CONTACTS_PER_FAMILY } from './group-families.js';
import { KINDS, pluralOf, REISSUED_KINDS, type Kind } from './identify.js';
import { isReadable } from './judge-readable.js';
import { copyWith, previousAttributes, type JsonObject } from './patch-object.js';
import { contactsOfStudent } from './relate.js';
import type { CleverEvent, CleverSection, CleverUser } from '../clever/schema.js';
import type { World } from './world.js';

/** Kinds whose records depend on what is shared. */
const SHARED_KINDS = KINDS.filter((kind) => kind !== 'district' && kind !== 'event');

/**
 * A district: generated records, overlaid by those that nights and tests changed. Every change makes its event. Memory grows with the
 * changes, not with the district.
 */
export class District implements DistrictView {
  readonly world: World;
  /** How many nights have passed; each is a day in the events' dates. */
  night = 0;
  arrivals = 0;
  readonly removed = new Set<string>();
  readonly #changed = new Map<string, AnyObject>();
  readonly #changedIndexes = new Map<Kind, Set<number>>();
  readonly #events: { night: number; event: CleverEvent }[] = [];
  readonly #sharing = new Map<Kind, Sharing>();
  /** Ids of schools. */
  readonly #unshared = new Set<string>();

  constructor(world: World) {
    this.world = world;
    this.#emit('districts.updated', generateDistrict(world), { last_sync: '' });
  }

  count(kind: Kind): number {
    const { plan } = this.world;
    const students = plan.students + this.arrivals;
    const counts: Record<Kind, number> = {
      district: 1,
      school: plan.schools.length,
      term: TERM_COUNT,
      course: COURSE_COUNT,
      section: sectionCount(this.world),
      student: students,
      teacher: plan.teachers,
      staff: plan.schools.length * STAFF_PER_SCHOOL,
      district_admin: DISTRICT_ADMINS,
      contact: students * CONTACTS_PER_FAMILY,
      event: this.#events.length,
    };
    return counts[kind];
  }

  at<K extends Kind>(kind: K, index: number): ObjectTypes[K] | null {
    const id = this.world.ids.idOf(kind, index);
    if (index >= this.count(kind) || this.removed.has(id)) return null;
    const object =
      this.#changed.get(id) ??
      (kind === 'event' ? this.#eventAt(index) : generateRecord(this.world, kind, index));
    return object as ObjectTypes[K] | null;
  }

  get(id: string): Entry | null {
    const identity = this.world.ids.parse(id);
    const object = identity && this.at(identity.kind, identity.index);
    return identity && object ? { kind: identity.kind, object } : null;
  }

  section(id: string): CleverSection | null {
    const found = this.get(id);
    return found?.kind === 'section' ? (found.object as CleverSection) : null;
  }

  user(id: string): CleverUser | null {
    const found = this.get(id);
    return found && pluralOf(found.kind) === 'users' ? (found.object as CleverUser) : null;
  }

  changedIndexes(kind: Kind): ReadonlySet<number> {
    return this.#changedIndexes.get(kind) ?? new Set();
  }

  change(id: string, patch: JsonObject): void {
    const found = this.get(id);
    if (!found) throw new RangeError(`no such record: ${id}`);
    const after = copyWith(found.object, { last_modified: this.now(), ...patch });
    this.#alter(id, () => {
      this.#store(id, after);
    });
  }

  /** Puts a record into an empty place. */
  create(object: AnyObject): void {
    this.#store(object.id, object);
    this.#emitPassage(null, this.#shown(object.id));
  }

  remove(id: string): void {
    if (!this.get(id)) return;
    this.#alter(id, () => this.removed.add(id));
  }

  /** Brings a removed record back under its id. */
  restore(id: string): void {
    if (!this.removed.has(id)) return;
    this.#alter(id, () => this.removed.delete(id));
  }

  /**
   * A rollover in which all ids are new: the same people, sections, courses and terms get other ids, and the earlier ids are gone. Makes
   * two events for each record, so memory grows with the district.
   */
  reissue(): void {
    for (const entry of this.#shownOf(REISSUED_KINDS)) this.#emitPassage(entry, null);
    const renew = this.world.ids.reissue();
    const removed = [...this.removed].map(renew);
    this.removed.clear();
    for (const id of removed) this.removed.add(id);
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const [id, object] of changed) this.#changed.set(renew(id), withIds(object, renew));
    for (const entry of this.#shownOf(REISSUED_KINDS)) this.#emitPassage(null, entry);
  }

  /** Records that are no longer shared are reported as deleted, and as created when they are shared again. Reads the whole district. */
  share(kind: Kind, sharing: Sharing): void {
    this.#reshare(() => this.#sharing.set(kind, sharing));
  }

  /** Shares a school, or stops sharing it. */
  shareSchool(id: string, shared: boolean): void {
    this.#reshare(() => (shared ? this.#unshared.delete(id) : this.#unshared.add(id)));
  }

  sharesSchool(id: string): boolean {
    return !this.#unshared.has(id);
  }

  get sharesAllSchools(): boolean {
    return this.#unshared.size === 0;
  }

  sharingOf(kind: Kind): Sharing {
    return this.#sharing.get(kind) ?? 'shared';
  }

  /** The time of the current night, as Clever writes it. */
  now(): string {
    return new Date(Date.parse(this.world.baseTime) + this.night * 86_400_000).toISOString();
  }

  /** Clever keeps events for 30 days. */
  #eventAt(index: number): CleverEvent | null {
    const entry = this.#events[index];
    return entry && entry.night > this.night - 30 ? entry.event : null;
  }

  #store(id: string, object: AnyObject): void {
    const identity = this.world.ids.parse(id);
    if (!identity) throw new RangeError(`not an id of this district: ${id}`);
    this.#changed.set(id, object);
    const indexes = this.#changedIndexes.get(identity.kind) ?? new Set<number>();
    this.#changedIndexes.set(identity.kind, indexes.add(identity.index));
  }

  /** Changes a record, and makes its events: of the record, and of contacts who are only shared with it. */
  #alter(id: string, act: () => void): void {
    const contacts = this.sharesAllSchools ? [] : contactsOfStudent(this, id).map((contact) => contact.id);
    const others = contacts
      .filter((other) => other !== id)
      .map((other) => [other, this.#shown(other)] as const);
    const before = this.#shown(id);
    act();
    const after = this.#shown(id);
    if (before && after) {
      const previous = previousAttributes(before.object, after.object);
      this.#emit(`${pluralOf(after.kind)}.updated`, after.object, previous);
    } else this.#emitPassage(before, after);
    for (const [other, was] of others) this.#emitPassage(was, this.#shown(other));
  }

  #reshare(act: () => unknown): void {
    const before = new Map(this.#shownOf(SHARED_KINDS).map((entry) => [entry.object.id, entry]));
    act();
    for (const entry of this.#shownOf(SHARED_KINDS))
      if (!before.delete(entry.object.id)) this.#emitPassage(null, entry);
    for (const entry of before.values()) this.#emitPassage(entry, null);
  }

  /** Makes an event if a record became readable or stopped being so. */
  #emitPassage(before: Entry | null, after: Entry | null): void {
    if (before && !after) this.#emit(`${pluralOf(before.kind)}.deleted`, before.object);
    if (after && !before) this.#emit(`${pluralOf(after.kind)}.created`, after.object);
  }

  /** A record as an application sees it. */
  #shown(id: string): Entry | null {
    const found = this.get(id);
    return found && isReadable(this, found) ? found : null;
  }

  #shownOf(kinds: readonly Kind[]): Entry[] {
    return kinds.flatMap((kind) =>
      Array.from({ length: this.count(kind) }, (_, index) => this.at(kind, index)).flatMap((object) =>
        object && isReadable(this, { kind, object }) ? [{ kind, object }] : [],
      ),
    );
  }

  #emit(type: string, object: AnyObject, previous?: JsonObject): void {
    const id = this.world.ids.idOf('event', this.#events.length);
    const data = {
      object: { ...object, district: this.world.districtId },
      ...(previous ? { previous_attributes: previous } : {}),
    };
    this.#events.push({ night: this.night, event: { id, type, created: this.now(), data } });
  }
}

/** The record with `renew` applied to every id in it. */
function withIds(object: AnyObject, renew: (id: string) => string): AnyObject {
  return JSON.parse(JSON.stringify(object).replace(/(?<=")[0-9a-f]{24}(?=")/g, renew)) as AnyObject;
}
