/**
 * A text to learn from that needs no download: very short tales, put together from words and ways of saying things. The
 * same seed gives the same text everywhere.
 */

import { seededRandom } from './random.ts';

const HEROES = [
  ['fox', 'she'], ['miller', 'he'], ['old bear', 'he'], ['baker', 'she'], ['small owl', 'she'], ['sailor', 'he'],
  ['hedgehog', 'he'], ['gardener', 'she'], ['grey cat', 'she'], ['clockmaker', 'he'], ['tailor', 'she'], ['heron', 'he'],
] as const; // prettier-ignore
const TIMES = [
  'One morning in March', 'Late in the autumn', 'On the longest day of the year', 'Before the sun was up',
  'When the first snow fell', 'On a windy evening', 'After three days of rain', 'Long ago',
]; // prettier-ignore
const PLACES = [
  'the river', 'the market', 'the far end of the valley', 'the lighthouse', 'the mill', 'the edge of the forest',
  'the bridge', 'the harbour', 'the top of the hill',
]; // prettier-ignore
const THINGS = [
  'lantern', 'silver key', 'wooden boat', 'letter', 'bell', 'blue stone', 'map', 'violin', 'loaf of bread',
  'pocket watch',
]; // prettier-ignore
const QUALITIES = [
  'small',
  'bright',
  'heavy',
  'old',
  'plain',
  'warm',
  'quiet',
  'broken',
  'round',
  'beautiful',
];
const QUESTIONS = [
  'Whose is this', 'Where does the road go', 'Have you seen the moon', 'Is there any tea left', 'Who has been here',
  'What time is it',
]; // prettier-ignore
const ANSWERS = [
  'It belongs to whoever carries it', 'I was about to ask you', 'Only as far as you want to walk', 'Sit down and listen',
  'Come back when it rains', 'Nobody knows, and that is the best of it',
]; // prettier-ignore
const ENDINGS = [
  'They walked home together and said no more about it.', 'From then on the door was never locked.',
  'The wind turned, and that was that.', 'And if the kettle is still warm, they are sitting there now.',
  'In the morning it was gone.', 'Since then there has been a light in the window.',
]; // prettier-ignore

/** At least `length` characters of tales, an empty line between them. */
export function generateTales(length: number, seed: number): string {
  const random = seededRandom(seed);
  let text = '';
  while (text.length < length) text += `${tale(random)}\n\n`;
  return text;
}

function tale(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const [hero, pronoun] = pick(HEROES);
  const [other] = pick(HEROES.filter(([name]) => name !== hero));
  const article = (word: string) => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
  const [thing, place, quality] = [pick(THINGS), pick(PLACES), pick(QUALITIES)];
  const sentences = [
    `${pick(TIMES)} ${article(hero)} went to ${place}.`,
    pick([
      `There ${pronoun} found ${article(thing)}, ${quality} and ${pick(QUALITIES.filter((q) => q !== quality))}.`,
      `All ${pronoun} had was ${article(thing)}, and it was ${quality}.`,
      `Under a tree lay ${article(thing)} that was ${quality} to look at.`,
    ]),
    pick([
      `"${pick(QUESTIONS)}?" asked the ${hero}.`,
      `The ${other} came by and looked at the ${thing}.`,
      `"${pick(QUESTIONS)}?" the ${other} wanted to know.`,
    ]),
    `"${pick(ANSWERS)}," said the ${other}.`,
    pick(ENDINGS),
  ];
  return sentences.join(' ');
}
