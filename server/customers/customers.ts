/** The front door of customers: the directory of whom a company invoices. */
import { Type } from 'typebox';
import {
  FOREIGN_TAX_ID_LENGTH_MAX,
  FOREIGN_ZIP_LENGTH_MAX,
  LEGAL_NAME_LENGTH_MAX,
} from '../cfdi/customer-rules.ts';
import type { CustomerInput } from '../cfdi/document.ts';
import type { NewId } from '../platform/clock.ts';
import type { Database } from '../platform/postgres/tables.ts';
import type { TenantId } from '../tenants/tenants.ts';
import { archiveCustomer, removeCustomer, restoreCustomer } from './archive-customer.ts';
import { type CustomerHistory, readHistory } from './customer-history.ts';
import { type ArchivedPage, listArchived, readCustomer } from './customers-store.ts';
import { type Duplicate, findDuplicates } from './find-duplicates.ts';
import { createCustomer, replaceCustomer, type SavedCustomer } from './save-customer.ts';

export const addressTextLengthMax = 150;
export const externalIdLengthMax = 100;
const closed = { additionalProperties: false };
const addressText = Type.Optional(Type.String({ maxLength: addressTextLengthMax }));

/** The fields of FacturAPI's customer; what the words mean is checked by cfdi/customer-rules.ts. */
const fields = {
  legal_name: Type.String({ minLength: 1, maxLength: LEGAL_NAME_LENGTH_MAX }),
  tax_id: Type.String({ minLength: 1, maxLength: FOREIGN_TAX_ID_LENGTH_MAX }),
  tax_system: Type.String({ minLength: 1, maxLength: 3 }),
  email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
  phone: Type.Optional(Type.String({ maxLength: 30 })),
  default_invoice_use: Type.Optional(Type.String({ minLength: 1, maxLength: 4 })),
  /** The company's own key for it; nothing depends on it. */
  external_id: Type.Optional(Type.String({ maxLength: externalIdLengthMax })),
  address: Type.Object(
    {
      street: addressText,
      exterior: addressText,
      interior: addressText,
      neighborhood: addressText,
      city: addressText,
      municipality: addressText,
      zip: Type.String({ maxLength: FOREIGN_ZIP_LENGTH_MAX }),
      state: addressText,
      country: Type.Optional(Type.String({ maxLength: 3 })),
    },
    closed,
  ),
};

export const CustomerBody = Type.Object(
  { ...fields, accept_rfc_check_digit: Type.Optional(Type.Boolean()) },
  { ...closed, title: 'CustomerInput' },
);

export interface CustomerFields extends CustomerInput {
  readonly external_id?: string;
  readonly address: CustomerInput['address'] & {
    readonly street?: string;
    readonly exterior?: string;
    readonly interior?: string;
    readonly neighborhood?: string;
    readonly city?: string;
    readonly municipality?: string;
    readonly state?: string;
  };
  /** The person says that this RFC is right although its check digit does not match. */
  readonly accept_rfc_check_digit?: boolean;
}

export interface Customer {
  readonly id: string;
  readonly legal_name: string;
  readonly tax_id: string;
  readonly tax_system: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly default_invoice_use: string | null;
  readonly external_id: string | null;
  readonly address: {
    readonly street: string | null;
    readonly exterior: string | null;
    readonly interior: string | null;
    readonly neighborhood: string | null;
    readonly city: string | null;
    readonly municipality: string | null;
    readonly zip: string;
    readonly state: string | null;
    readonly country: string;
  };
  readonly rfc_check_digit_accepted: boolean;
  /** Since when it is kept out of searches and cannot be invoiced. */
  readonly archived_at: string | null;
  /** Counts its changes, from 1. */
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Who changes a customer, and what they believe it to be. */
export interface Edit {
  /** The person's id, for the history. */
  readonly by?: string | undefined;
  /** Of these versions only: a 412 says what is there instead. In any case when left out. */
  readonly versions?: readonly number[] | undefined;
}

/** Each throws a 404 for an id that is absent or another company's, but for `find`. */
export interface Directory {
  /** Undefined for an id that is absent or another company's. */
  find(tenantId: TenantId, id: string): Promise<Customer | undefined>;
  /** The archived ones by name, from behind the customer `after` on. */
  archived(tenantId: TenantId, page: ArchivedPage): Promise<Customer[]>;
  /** Those that have this RFC too; none for a generic one, which many share. */
  duplicates(tenantId: TenantId, taxId: string, exceptId?: string): Promise<Duplicate[]>;
  create(tenantId: TenantId, fields: CustomerFields, edit?: Edit): Promise<SavedCustomer>;
  replace(
    tenantId: TenantId,
    id: string,
    fields: CustomerFields,
    edit?: Edit,
  ): Promise<SavedCustomer>;
  archive(tenantId: TenantId, id: string, edit?: Edit): Promise<Customer>;
  restore(tenantId: TenantId, id: string, edit?: Edit): Promise<Customer>;
  remove(tenantId: TenantId, id: string, edit?: Edit): Promise<void>;
  /** Its latest changes; those before `cursor`, a version, when one is given. */
  history(tenantId: TenantId, id: string, cursor?: number): Promise<CustomerHistory>;
}

export function customerDirectory({ db, newId }: { db: Database; newId: NewId }): Directory {
  return {
    find: (tenantId, id) => readCustomer(db, tenantId, id),
    archived: (tenantId, page) => listArchived(db, tenantId, page),
    duplicates: (tenantId, taxId, exceptId) => findDuplicates(db, tenantId, taxId, exceptId),
    create: (tenantId, fields, edit) => createCustomer(db, tenantId, newId(), fields, edit),
    replace: (tenantId, id, fields, edit) => replaceCustomer(db, tenantId, id, fields, edit),
    archive: (tenantId, id, edit) => archiveCustomer(db, tenantId, id, edit),
    restore: (tenantId, id, edit) => restoreCustomer(db, tenantId, id, edit),
    remove: (tenantId, id, edit) => removeCustomer(db, tenantId, id, edit),
    history: (tenantId, id, cursor) => readHistory(db, tenantId, id, cursor),
  };
}
