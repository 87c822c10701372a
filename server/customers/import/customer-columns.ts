/** A customer's field as a column of a file; the names are those of FacturAPI's body. */
export type CustomerColumn =
  | 'legal_name'
  | 'tax_id'
  | 'tax_system'
  | 'email'
  | 'phone'
  | 'default_invoice_use'
  | 'external_id'
  | `address.${AddressColumn}`
  | 'accept_rfc_check_digit';

export type AddressColumn =
  | 'street'
  | 'exterior'
  | 'interior'
  | 'neighborhood'
  | 'city'
  | 'municipality'
  | 'zip'
  | 'state'
  | 'country';

interface Column {
  readonly key: CustomerColumn;
  /** Its heading where we write it. */
  readonly label: string;
  readonly required?: true;
  /** Headings that mean it, folded, the plainest first; `label` is among them. */
  readonly headings: readonly string[];
}

/** In the order in which an export has them. */
export const COLUMNS: readonly Column[] = [
  {
    key: 'legal_name',
    label: 'Razón social',
    required: true,
    headings: [
      ...['razon social', 'nombre o razon social', 'denominacion o razon social', 'legal name'],
      ...['nombre fiscal', 'razon social o nombre', 'nombre receptor', 'nombre del receptor'],
      ...['nombre del cliente', 'nombre cliente', 'denominacion', 'nombre', 'cliente', 'receptor'],
      ...['company name', 'business name', 'customer name', 'company', 'name', 'customer'],
    ],
  },
  {
    key: 'tax_id',
    label: 'RFC',
    required: true,
    headings: [
      ...['rfc', 'tax id', 'rfc receptor', 'rfc del receptor', 'rfc del cliente', 'rfc cliente'],
      ...['registro federal de contribuyentes', 'clave rfc', 'taxid', 'id fiscal', 'vat'],
    ],
  },
  {
    key: 'tax_system',
    label: 'Régimen fiscal',
    required: true,
    headings: [
      ...['regimen fiscal', 'regimen', 'tax system', 'regimen fiscal receptor', 'tax regime'],
      ...['clave de regimen fiscal', 'clave regimen fiscal', 'clave regimen', 'fiscal regime'],
    ],
  },
  {
    key: 'address.zip',
    label: 'Código postal',
    required: true,
    headings: [
      ...['codigo postal', 'cp', 'c p', 'zip', 'address zip', 'domicilio fiscal receptor'],
      ...['codigo postal fiscal', 'cp fiscal', 'codigo postal del domicilio fiscal'],
      ...['domicilio fiscal', 'zip code', 'postal code', 'zipcode'],
    ],
  },
  {
    key: 'email',
    label: 'Correo electrónico',
    headings: [
      ...['correo electronico', 'correo', 'e mail', 'email', 'mail', 'correos'],
      ...['correos electronicos', 'email address'],
    ],
  },
  {
    key: 'phone',
    label: 'Teléfono',
    headings: ['telefono', 'tel', 'phone', 'telefono 1', 'telefonos', 'celular', 'phone number'],
  },
  {
    key: 'default_invoice_use',
    label: 'Uso de CFDI',
    headings: [
      ...['uso de cfdi', 'uso del cfdi', 'uso cfdi', 'default invoice use', 'cfdi use'],
      ...['clave uso cfdi', 'clave de uso', 'uso'],
    ],
  },
  {
    key: 'external_id',
    label: 'Clave externa',
    headings: [
      ...['clave externa', 'id externo', 'external id', 'clave del cliente', 'clave cliente'],
      ...['numero de cliente', 'no de cliente', 'codigo de cliente', 'codigo cliente'],
    ],
  },
  {
    key: 'address.street',
    label: 'Calle',
    headings: ['calle', 'street', 'address street', 'domicilio', 'direccion'],
  },
  {
    key: 'address.exterior',
    label: 'Número exterior',
    headings: [
      ...['numero exterior', 'no exterior', 'num exterior', 'exterior', 'address exterior'],
      ...['no ext', 'num ext'],
    ],
  },
  {
    key: 'address.interior',
    label: 'Número interior',
    headings: [
      ...['numero interior', 'no interior', 'num interior', 'interior', 'address interior'],
      ...['no int', 'num int'],
    ],
  },
  {
    key: 'address.neighborhood',
    label: 'Colonia',
    headings: ['colonia', 'neighborhood', 'address neighborhood', 'col'],
  },
  {
    key: 'address.city',
    label: 'Ciudad',
    headings: ['ciudad', 'localidad', 'city', 'address city', 'poblacion'],
  },
  {
    key: 'address.municipality',
    label: 'Municipio',
    headings: [
      ...['municipio', 'alcaldia', 'delegacion', 'municipio o alcaldia', 'municipality'],
      ...['address municipality', 'delegacion o municipio'],
    ],
  },
  {
    key: 'address.state',
    label: 'Estado',
    headings: ['estado', 'entidad', 'entidad federativa', 'state', 'address state'],
  },
  {
    key: 'address.country',
    label: 'País',
    headings: ['pais', 'country', 'address country', 'residencia fiscal', 'clave pais'],
  },
  {
    key: 'accept_rfc_check_digit',
    label: 'RFC revisado',
    headings: ['rfc revisado', 'accept rfc check digit', 'rfc check digit accepted'],
  },
];

export function labelOf(key: CustomerColumn): string {
  return COLUMNS.find((one) => one.key === key)!.label;
}
