import {
  IDENTIFIERS,
  MAPPED_TYPES,
  type FieldMapping,
  type Identifier,
  type MappedType,
} from '../models/field-mapping.js';

/** One identifier of a type that would come from another field; '' is not mapped. */
export interface MappingChange {
  type: MappedType;
  identifier: Identifier;
  from: string;
  to: string;
}

/** The identifiers in which two mappings differ; a pure function. */
export function compareMappings(before: FieldMapping, after: FieldMapping): MappingChange[] {
  return MAPPED_TYPES.flatMap((type) =>
    IDENTIFIERS.flatMap((identifier) => {
      const [from, to] = [before[type][identifier], after[type][identifier]];
      return from === to ? [] : [{ type, identifier, from, to }];
    }),
  );
}
