const CENTER = 'America/Mexico_City';

/**
 * Zip codes whose time is not that of the centre, as [first, last, IANA zone]; the first that
 * holds the zip wins. From the zip ranges of SAT's c_CodigoPostal and the municipalities named by
 * the Ley de los Husos Horarios (DOF, 28 October 2022): all of Mexico stopped changing clocks but
 * the northern border, which follows its neighbour. Sparsely peopled municipalities whose range
 * is not certain (Ocampo in Coahuila) are left in the centre's time.
 */
const ZONES: readonly (readonly [number, number, string])[] = [
  [21000, 22999, 'America/Tijuana'], // Baja California
  [23000, 23999, 'America/Mazatlan'], // Baja California Sur
  [26000, 26299, 'America/Matamoros'], // Coahuila: Piedras Negras, Nava, Acuña
  [26400, 26469, 'America/Matamoros'], // Jiménez, Zaragoza
  [26500, 26689, 'America/Matamoros'], // Morelos, Allende, Villa Unión, Hidalgo, Guerrero
  [31820, 31849, 'America/Ciudad_Juarez'], // Chihuahua: Ascensión, Janos
  [32000, 32799, 'America/Ciudad_Juarez'], // Juárez, Guadalupe, Práxedis G. Guerrero
  [32870, 32899, 'America/Ojinaga'], // Coyame del Sotol, Ojinaga, Manuel Benavides
  [31000, 33999, 'America/Chihuahua'], // the rest of Chihuahua
  [63726, 63739, 'America/Bahia_Banderas'], // Nayarit: Bahía de Banderas
  [63000, 63999, 'America/Mazatlan'], // the rest of Nayarit
  [65000, 65059, 'America/Matamoros'], // Nuevo León: Anáhuac
  [77000, 77999, 'America/Cancun'], // Quintana Roo
  [80000, 82999, 'America/Mazatlan'], // Sinaloa
  [83000, 85999, 'America/Hermosillo'], // Sonora
  [87300, 87599, 'America/Matamoros'], // Tamaulipas: Matamoros, Valle Hermoso
  [88000, 88999, 'America/Matamoros'], // Nuevo Laredo to Río Bravo
];

/** The IANA time zone of a Mexican zip code; the centre's for anything else, malformed included. */
export function timeZoneOfZip(zip: string): string {
  const number = /^\d{5}$/.test(zip) ? Number(zip) : Number.NaN;
  return ZONES.find(([first, last]) => number >= first && number <= last)?.[2] ?? CENTER;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs a hundred times using it; there are eleven zones, so none is dropped. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/**
 * The clock of the issuer's place at an instant, as the XML's Fecha needs it (t_FechaH, CFDI40101):
 * `YYYY-MM-DDTHH:mm:ss`, local time without a zone, fractions of a second dropped.
 * @throws RangeError when the instant is an invalid date.
 */
export function localDateTime(instant: Date, zip: string): string {
  const parts = formatOf(timeZoneOfZip(zip)).formatToParts(instant);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((part) => part.type === type)!.value;
  return (
    `${of('year')}-${of('month')}-${of('day')}` + `T${of('hour')}:${of('minute')}:${of('second')}`
  );
}
