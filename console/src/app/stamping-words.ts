/** What the console says of an invoice's way to its stamp. */
export const stampingWords = {
  notices: {
    label: 'Avisos de timbrado',
    waiting: (count: number) =>
      count === 1 ? '1 factura en cola' : `${count.toLocaleString('es-MX')} facturas en cola`,
  },

  rejection: {
    known: 'Lo que se sabe',
    lastKnown: 'Lo último que se supo',
    line: (position: number) => `Concepto ${position}`,
    fields: {
      customer: 'Receptor',
      legal_name: 'Nombre o razón social',
      tax_id: 'RFC',
      tax_system: 'Régimen fiscal',
      zip: 'Código postal',
      email: 'Correo electrónico',
      items: 'Conceptos',
      quantity: 'Cantidad',
      discount: 'Descuento',
      description: 'Descripción',
      product_key: 'Clave de producto o servicio',
      unit_key: 'Clave de unidad',
      unit_name: 'Unidad',
      price: 'Precio',
      taxes: 'Impuestos',
      rate: 'Tasa',
      use: 'Uso del CFDI',
      payment_form: 'Forma de pago',
      payment_method: 'Método de pago',
      currency: 'Moneda',
      exchange: 'Tipo de cambio',
      series: 'Serie',
      folio_number: 'Folio',
      date: 'Fecha',
    } as Readonly<Record<string, string>>,
  },

  history: {
    title: 'Historial',
    issued: (name: string) => `Se guardó con el folio ${name}.`,
    stamped: 'Quedó timbrada.',
    times: (count: number) => `${count} veces`,
    from: (first: string, last: string) => `${first} a ${last}`,
    took: (seconds: string) => `tardó ${seconds} s`,
    log: (id: string) => `registro en FacturAPI ${id}`,
    nextTry: (when: string) => `Próximo intento: ${when}`,
    attempts: (count: number) => (count === 1 ? '1 intento' : `${count} intentos`),
    failed: 'No se pudo cargar el historial',
  },

  reissue: {
    correct: 'Corregir y reexpedir',
    title: (name: string) => `Corregir factura ${name}`,
    keeps: (name: string) => `Conserva el folio ${name}`,
    keepsHint:
      'Se timbra de nuevo con los datos corregidos y la fecha de hoy. La serie no queda con huecos.',
    button: 'Reexpedir factura',
    restored: 'Recuperamos la corrección que dejaste a medias.',
    discard: 'Volver a los datos originales',
    back: 'Volver a la factura',
    today: 'Reexpedir con fecha de hoy',
    todayTitle: (name: string) => `¿Reexpedir la factura ${name}?`,
    todayMeans: (name: string) =>
      `Se vuelve a enviar con los mismos datos, la fecha de hoy y el mismo folio ${name}. Lo anterior queda en su historial.`,
    impossible: (name: string) => `La factura ${name} no se puede reexpedir`,
    impossibleHint: 'Solo se reexpide una factura rechazada o vencida.',
  },

  review: {
    title: 'Decide qué pasó con esta factura',
    intro:
      'FacturAPI no confirmó si quedó timbrada. Búscala en su panel o en el portal del SAT con estos datos y elige qué pasó:',
    externalId: 'external_id en FacturAPI',
    why: 'Motivo',
    whyHint: 'Queda en el historial con tu nombre',
    facturapiId: 'Identificador del CFDI en FacturAPI',
    facturapiIdHint: 'Está en la dirección de la factura en el panel de FacturAPI',
    facturapiIdRule: 'De 8 a 64 letras y números',
    lookAgain: {
      action: 'Buscar otra vez en FacturAPI',
      title: '¿Buscar otra vez en FacturAPI?',
      means:
        'Se busca por su identificador. Si FacturAPI la tiene, queda vigente; si no, vuelve a revisión. No se timbra otra vez.',
    },
    notStamped: {
      action: 'No se timbró',
      title: '¿Confirmas que no se timbró?',
      means:
        'Queda como rechazada, con su folio, y se podrá corregir y reexpedir. Si en realidad sí se timbró, al reexpedirla habría dos CFDI por la misma venta.',
    },
    adopt: {
      action: 'Es este CFDI',
      title: '¿Cuál es su CFDI en FacturAPI?',
      means:
        'Se lee ese CFDI de FacturAPI. Si corresponde a esta factura, queda vigente con su UUID; si no, vuelve a revisión.',
    },
    failed: 'No se pudo registrar la decisión',
  },

  dialog: {
    cancel: 'Cancelar',
  },
};
