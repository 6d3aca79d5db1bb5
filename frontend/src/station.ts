/** The station in 3-D: every part where it stood, coloured by partner, lit or dark by its services, ships on their ports. */
import {
  Box3, BoxGeometry, BufferGeometry, Color, CylinderGeometry, DirectionalLight, EdgesGeometry, Group, HemisphereLight, LineBasicMaterial, LineSegments, Mesh,
  MeshLambertMaterial, Quaternion, Raycaster, SphereGeometry, Vector2, Vector3,
} from "three";
import { colour, h } from "./dom";
import type { Body, Scene, Ship } from "./scene";
import { select, state } from "./state";
import { View3D } from "./view3d";

const ROUND = new Set(["module", "adapter", "airlock"]);
const FLAT: Record<string, string> = { wing: "#1d3f8f", array: "#1d3f8f", blanket: "#10245c", radiator: "#eef2f6" };

/** From the station's frame (x forward, y starboard, z to the Earth) to the picture's (z up). */
const place = (v: readonly number[]) => new Vector3(v[0], -v[1]!, -v[2]!);

const kept = new Map<string, BufferGeometry>();
/** A shape made once, however often the picture is built. */
function once(key: string, make: () => BufferGeometry): BufferGeometry {
  const made = kept.get(key) ?? make();
  kept.set(key, made);
  return made;
}

const shape = (size: readonly number[], round: boolean) => once(`${size.join()}${round}`, () => {
  const [x, y, z] = size as [number, number, number];
  const near = (a: number, b: number) => Math.abs(a - b) < 0.15 * Math.max(a, b);
  if (round && near(y, z)) return new CylinderGeometry(y / 2, y / 2, x, 20).rotateZ(Math.PI / 2);
  if (round && near(x, z)) return new CylinderGeometry(x / 2, x / 2, y, 20);
  if (round && near(x, y)) return new CylinderGeometry(x / 2, x / 2, z, 20).rotateX(Math.PI / 2);
  return new BoxGeometry(x, y, Math.max(z, 0.1));
});

const materials = new Map<string, MeshLambertMaterial>();
function material(tint: string, dark: boolean, chosen: boolean): MeshLambertMaterial {
  const key = `${tint}${dark}${chosen}`;
  let made = materials.get(key);
  if (!made) {
    const base = new Color(tint);
    made = new MeshLambertMaterial({ color: dark ? new Color("#30343b") : base, emissive: chosen ? new Color("#ffffff") : base, emissiveIntensity: chosen ? 0.45 : dark ? 0 : 0.16 });
    materials.set(key, made);
  }
  return made;
}

const DARK_EDGE = new LineBasicMaterial({ color: 0xff5d5d });

function bodyMesh(body: Body): Mesh {
  const { part } = body, flat = FLAT[part.kind];
  const tint = flat ? `#${new Color(flat).lerp(new Color(colour(part.owner)), part.kind === "radiator" ? 0.12 : 0.3).getHexString()}` : part.kind === "truss" ? `#${new Color("#b8bec7").lerp(new Color(colour(part.owner)), 0.35).getHexString()}` : colour(part.owner);
  const geometry = shape(body.size, ROUND.has(part.kind));
  const mesh = new Mesh(geometry, material(tint, body.light === "dark", state.selected === part.id));
  mesh.position.copy(place(body.at));
  mesh.userData.id = part.id;
  if (body.light === "dark") mesh.add(new LineSegments(once(`edges of ${geometry.uuid}`, () => new EdgesGeometry(geometry, 30)), DARK_EDGE));
  return mesh;
}

/** Where the first look at a station is from, the part of the picture it may fill, and the room of a line of a label. */
const FROM = new Vector3(-0.85, -0.95, 0.8), MARGIN = 0.92, LABEL_PX = 13;

/** Ships with panels that stand out from the hull, by how their names begin. */
const PANELLED = /^(soyuz|progress-(m|ros)|cygnus|atv|dragon-1|dream-chaser)/;

function shipMesh(ship: Ship): Group {
  const group = new Group(), tint = colour(ship.partner), chosen = state.selected === ship.flight;
  const skin = material(`#${new Color(tint).lerp(new Color("#ffffff"), 0.55).getHexString()}`, false, chosen);
  if (ship.vehicle === "shuttle") {
    group.add(new Mesh(shape([5.2, 5.2, 32], true), skin));
    const wings = new Mesh(shape([0.4, 23.8, 14], false), skin);
    wings.position.set(1.5, 0, -8);
    group.add(wings);
    group.position.copy(place(ship.at)).add(new Vector3(ship.along[0] * 5.5, 0, ship.along[0] ? -10 : -5.5));
  } else {
    const length = ship.length_m, r = ship.width_m / 2;
    const hull = new Mesh(once(`hull ${r} ${length}`, () => new CylinderGeometry(r, r * 0.8, length * 0.8, 18)), skin);
    const nose = new Mesh(once(`nose ${r}`, () => new SphereGeometry(r * 0.8, 14, 10)), skin);
    nose.position.y = -length * 0.4;
    group.add(hull, nose);
    if (PANELLED.test(ship.vehicle)) {
      const panel = new Mesh(shape([10.5, 1.3, 0.1], false), material("#27408f", false, chosen));
      panel.position.y = length * 0.22;
      group.add(panel);
    }
    const along = place(ship.along);
    group.quaternion.copy(new Quaternion().setFromUnitVectors(new Vector3(0, 1, 0), along.clone().normalize()));
    group.position.copy(place(ship.at)).addScaledVector(along.normalize(), length / 2);
  }
  group.userData.id = ship.flight;
  group.traverse((child) => { child.userData.id = ship.flight; });
  return group;
}

export function station(host: HTMLElement): (scene: Scene) => void {
  const view = new View3D(host, "The station in 3-D", 1, 1000);
  const fill = new DirectionalLight(0xffffff, 2.2);
  fill.position.set(60, -50, 90);
  view.scene.add(fill, new HemisphereLight(0xdfeaff, 0x30363f, 1.1));
  const all = new Group();
  view.scene.add(all);
  const labels = h("div", { class: "labels", "aria-hidden": "true" });
  host.append(labels);
  let named: [Vector3, HTMLElement][] = [];
  view.after.push(() => {
    const { clientWidth: w, clientHeight: tall } = host, seen = named.map(([at, label]) => ({ p: at.clone().project(view.camera), label }));
    const taken: [number, number, number][] = [];
    for (const { p, label } of seen.sort((a, b) => b.p.y - a.p.y)) {
      label.hidden = p.z > 1 || Math.abs(p.x) > 1 || Math.abs(p.y) > 1;
      if (label.hidden) continue;
      const half = label.textContent!.length * 3 + 4, x = Math.min(Math.max(((p.x + 1) / 2) * w, half), w - half);
      let y = Math.max(((1 - p.y) / 2) * tall, LABEL_PX);
      for (const [x0, y0, half0] of taken) if (Math.abs(x - x0) < half + half0 && Math.abs(y - y0) < LABEL_PX) y = y0 + LABEL_PX; // below the one it would cover
      taken.push([x, y, half]);
      label.style.left = `${x}px`;
      label.style.top = `${y}px`;
    }
  });
  pick(view, all);
  let reach = 0, framed = "", drawn = "";
  return (now) => {
    const key = [now.bodies.map((b) => `${b.part.id}${b.at}${b.size}${b.light}`), now.ships.map((s) => `${s.flight}${s.port}`), state.selected, now.station].join();
    if (key === drawn) return;
    drawn = key;
    all.clear();
    for (const body of now.bodies) all.add(bodyMesh(body));
    named = [];
    labels.replaceChildren();
    for (const ship of now.ships) {
      const mesh = shipMesh(ship);
      all.add(mesh);
      const label = h("span", {}, ship.flight);
      labels.append(label);
      named.push([mesh.position.clone().addScaledVector(place(ship.along), ship.length_m / 2 + 2), label]);
    }
    const chosen = now.bodies.find((b) => b.part.id === state.selected);
    if (chosen) {
      const label = h("span", { class: "chosen" }, chosen.part.name);
      labels.append(label);
      named.push([place(chosen.at), label]);
    }
    frame(now.station);
    view.draw();
  };

  /** Stand back far enough for the whole station when its size, or the station, has changed; the user's own view is kept otherwise. */
  function frame(name: string) {
    const box = new Box3().setFromObject(all);
    if (box.isEmpty()) return;
    const size = box.getSize(new Vector3()).length() / 2;
    if (name === framed && Math.abs(size - reach) < 3) return;
    reach = size;
    framed = name;
    const middle = box.getCenter(view.controls.target), back = FROM.clone().normalize();
    const aside = view.camera.up.clone().cross(back).normalize(), over = back.clone().cross(aside);
    const tall = Math.tan((view.camera.fov * Math.PI) / 360) * MARGIN, wide = (tall * host.clientWidth) / host.clientHeight;
    let far = 9;
    for (const thing of all.children) {
      const { min, max } = new Box3().setFromObject(thing);
      for (let k = 0; k < 8; k++) {
        const p = new Vector3(k & 1 ? min.x : max.x, k & 2 ? min.y : max.y, k & 4 ? min.z : max.z).sub(middle);
        far = Math.max(far, p.dot(back) + Math.max(Math.abs(p.dot(aside)) / wide, Math.abs(p.dot(over)) / tall));
      }
    }
    view.camera.position.copy(middle).addScaledVector(back, far);
    view.controls.update();
  }
}

/** A click chooses the part or ship under it. */
function pick(view: View3D, all: Group) {
  let from: [number, number] = [0, 0];
  view.canvas.addEventListener("pointerdown", (e) => { from = [e.clientX, e.clientY]; });
  view.canvas.addEventListener("pointerup", (e) => {
    if (Math.hypot(e.clientX - from[0], e.clientY - from[1]) > 4) return;
    const box = view.canvas.getBoundingClientRect(), ray = new Raycaster();
    ray.setFromCamera(new Vector2(((e.clientX - box.left) / box.width) * 2 - 1, 1 - ((e.clientY - box.top) / box.height) * 2), view.camera);
    const hit = ray.intersectObjects(all.children, true).find((x) => x.object instanceof Mesh);
    select(hit ? String(hit.object.userData.id) : "");
  });
}
