import { createDraw, type Draw } from './draw-random.js';
import { createIdentifier, type Identifier } from './identify.js';
import { layOutDistrict, type DistrictPlan } from './lay-out-district.js';

/** Everything that the generators need to make any record; holds no records itself. */
export interface World {
  plan: DistrictPlan;
  draw: Draw;
  ids: Identifier;
  districtId: string;
  /** The year in which the current school year began. */
  schoolYear: number;
  /** When the unchanged district was last synced, as Clever writes times. */
  baseTime: string;
  /** Whether all names are ordinary; tests use difficult ones. */
  plainNames: boolean;
}

/** `today` decides the school year; it turns over in July. */
export function createWorld(seed: number, students: number, today: Date, plainNames = false): World {
  const ids = createIdentifier(seed);
  return {
    plan: layOutDistrict(students),
    draw: createDraw(seed),
    ids,
    districtId: ids.idOf('district', 0),
    schoolYear: today.getUTCMonth() >= 6 ? today.getUTCFullYear() : today.getUTCFullYear() - 1,
    baseTime: today.toISOString(),
    plainNames,
  };
}
