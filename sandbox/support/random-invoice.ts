import fc from 'fast-check';

/** An item as a random invoice has it; every field is written out. */
export interface RandomItem {
  quantity: number;
  discount: number;
  product: {
    description: string;
    product_key: string;
    price: number;
    tax_included: boolean;
    taxability: string;
    taxes: RandomTax[];
    unit_key: string;
  };
}

export interface RandomTax {
  type: 'IVA' | 'ISR' | 'IEPS';
  rate: number;
  factor: 'Tasa' | 'Exento';
  withholding: boolean;
}

export interface RandomInvoice extends Record<string, unknown> {
  currency: string;
  items: RandomItem[];
}

const receivers = [
  ['DUNDER MIFFLIN', 'ABC101010111', '601', '85900', 'G03'],
  ['ÑANDÚ & HIJOS "EL GÜERO"', 'A&Ñ101010AB1', '601', '22000', 'G01'],
  ["MARÍA PÉREZ O'BRIEN", 'XIQB891116QE4', '612', '06000', 'G03'],
  ['JUAN LOPEZ', 'XAXX010101000', '616', '42501', 'S01'],
] as const;

const receiver = fc
  .constantFrom(...receivers)
  .map(([legal_name, tax_id, tax_system, zip, use]) => ({
    customer: { legal_name, tax_id, tax_system, address: { zip } },
    use,
  }));

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((value) => /\S/.test(value) && !/[|\u0000-\u001f\ufffe\uffff]/.test(value));

/** A number with so many decimals, as people write it. */
const amount = (min: number, max: number, decimals: number) =>
  fc
    .integer({ min: min * 10 ** decimals, max: max * 10 ** decimals })
    .map((whole) => Number((whole / 10 ** decimals).toFixed(decimals)));

const tax = (type: RandomTax['type'], rate: number, more: Partial<RandomTax> = {}): RandomTax => ({
  type,
  rate,
  factor: 'Tasa',
  withholding: false,
  ...more,
});

const transferred = fc
  .tuple(
    fc.option(fc.constantFrom(0.265, 0.3, 0.53, 1.6, 0.08, 0.06), { freq: 4, nil: undefined }),
    fc.constantFrom<RandomTax | undefined>(
      tax('IVA', 0.16),
      tax('IVA', 0.08),
      tax('IVA', 0),
      tax('IVA', 0, { factor: 'Exento' }),
      undefined,
    ),
  )
  .map(([ieps, iva]) => [
    ...(ieps === undefined ? [] : [tax('IEPS', ieps)]),
    ...(iva ? [iva] : []),
  ]);

const withheld = fc.subarray([
  tax('ISR', 0.1, { withholding: true }),
  tax('ISR', 0.0125, { withholding: true }),
  tax('IVA', 0.106667, { withholding: true }),
]);

const item: fc.Arbitrary<RandomItem> = fc
  .record({
    quantity: fc.oneof(amount(1, 200, 0), amount(1, 50, 3), amount(1, 9, 6)),
    price: fc.oneof(amount(1, 90_000, 2), amount(1, 500, 0), amount(1, 300, 4)),
    share: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90 })),
    description: text,
    product_key: fc.constantFrom('60131324', '50202201', '84111506'),
    unit_key: fc.constantFrom('H87', 'E48', 'KGM', 'ACT'),
    tax_included: fc.boolean(),
    taxes: fc.tuple(transferred, withheld).map((sides) => sides.flat()),
  })
  .map(({ quantity, price, share, taxes, ...product }) => ({
    quantity,
    discount: Math.floor(quantity * price * share) / 100,
    product: { ...product, price, taxes, taxability: taxes.length > 0 ? '02' : '01' },
  }));

const money = fc.constantFrom(
  { currency: 'MXN', exchange: 1 },
  { currency: 'MXN', exchange: 1 },
  { currency: 'USD', exchange: 17.123456 },
  { currency: 'JPY', exchange: 0.1192 },
);

/** Income and credit notes of every shape that SAT takes. */
export const randomInvoice: fc.Arbitrary<RandomInvoice> = fc
  .record({
    type: fc.constantFrom('I', 'I', 'I', 'E'),
    receiver,
    money,
    items: fc.array(item, { minLength: 1, maxLength: 6 }),
    terms: fc.constantFrom(
      { payment_method: 'PUE', payment_form: '03' },
      { payment_method: 'PPD', payment_form: '99' },
    ),
    series: fc.constantFrom('F', 'SERIE-Ñ', 'A'),
    place: fc.constantFrom('22000', '77500', '06000'),
    related: fc.boolean(),
  })
  .map(({ type, receiver: { customer, use }, terms, place, related, money: coin, ...rest }) => ({
    type,
    customer,
    use,
    ...(type === 'E' ? { payment_form: '03' } : terms),
    ...coin,
    ...rest,
    // The generic receiver is where the sale is.
    ...(customer.tax_id === 'XAXX010101000' ? {} : { address: { zip: place } }),
    ...(related && {
      related_documents: [
        { relationship: '01', documents: ['39c85a3f-275b-4341-b259-e8971d9f8a94'] },
      ],
    }),
  }));
