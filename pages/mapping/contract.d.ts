// Made by `python -m pages.grid.typings` from contract.py: change that, not this.
type Keys<T> = T extends unknown ? keyof T : never;
type Filled<T, All = T> = T extends unknown
  ? T & { [name in Exclude<Keys<All>, keyof T>]?: undefined }
  : never;

export interface MapGroup {
  name: string;
  x: number;
  y: number;
  count: number;
}

export interface MapColour {
  by: string;
  name: string;
}

export interface MapHits {
  rows: Array<number>;
  x: Array<number>;
  y: Array<number>;
}

export interface MapChoice {
  loop?: Array<[number, number]>;
  group?: number;
  row?: number;
}

export interface MapData {
  stamp: string;
  collection: string;
  count: number;
  points: string;
  values: string;
  photos: string;
  groups: Array<MapGroup>;
  colours: Array<MapColour>;
  hits: MapHits;
  hint: string;
  choice: MapChoice;
}

export interface MapLegend {
  kind: "kinds" | "scale";
  names: Array<string>;
  counts: Array<number>;
  others: number;
  unknown: number;
  low: string;
  high: string;
}

export interface MapPhoto {
  row: number;
  id: string;
  src: string;
  caption: string;
  group: string;
}

export interface MapEvent {
  type: "choose";
  choice: MapChoice;
}
