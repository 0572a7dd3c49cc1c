/** Draws a number from 0 up to, not including, 1; a test hands in one with a seed. */
export type Chance = () => number;

export const systemChance: Chance = Math.random;
