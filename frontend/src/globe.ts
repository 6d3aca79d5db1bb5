/** The Earth with its night side, and the station's orbit around it. */
import { BufferGeometry, Float32BufferAttribute, Group, LineBasicMaterial, LineLoop, Mesh, Points, PointsMaterial, ShaderMaterial, SphereGeometry, SRGBColorSpace, TextureLoader, Vector3 } from "three";
import type { Scene } from "./scene";
import { EARTH_KM, gmst, onOrbit, phase, sun } from "./sky";
import { state } from "./state";
import { View3D } from "./view3d";

const RING = 180;
const ground = new TextureLoader().loadAsync("./earth.webp");

const VERTEX = `varying vec2 place; varying vec3 up;
void main() { place = uv; up = normalize(mat3(modelMatrix) * normal); gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`;
const FRAGMENT = `uniform sampler2D map; uniform vec3 sun; varying vec2 place; varying vec3 up;
void main() {
  float day = smoothstep(-0.06, 0.12, dot(normalize(up), sun));
  vec3 land = texture2D(map, place).rgb;
  gl_FragColor = vec4(land * mix(vec3(0.10, 0.13, 0.22), vec3(1.3), day), 1.0);
  #include <colorspace_fragment>
}`;

export async function globe(host: HTMLElement): Promise<(scene: Scene) => void> {
  const view = new View3D(host, "The Earth, its night side, and the station's orbit", 500, 1e5);
  const map = await ground;
  map.colorSpace = SRGBColorSpace;
  const toSun = { value: new Vector3(1, 0, 0) };
  const shape = new SphereGeometry(EARTH_KM, 72, 36);
  shape.rotateX(Math.PI / 2);
  const spin = new Group();
  spin.add(new Mesh(shape, new ShaderMaterial({ uniforms: { map: { value: map }, sun: toSun }, vertexShader: VERTEX, fragmentShader: FRAGMENT })));
  const ring = new LineLoop(new BufferGeometry(), new LineBasicMaterial({ color: 0xffd86b }));
  const dot = new Points(new BufferGeometry(), new PointsMaterial({ color: 0xffffff, size: 9, sizeAttenuation: false }));
  view.scene.add(spin, ring, dot);
  view.controls.minDistance = 9000;
  view.controls.maxDistance = 60000;
  let placed = false;
  return (now) => {
    const toward = sun(state.t);
    toSun.value.set(...toward);
    spin.rotation.z = gmst(state.t);
    ring.visible = dot.visible = now.altitude_km !== null && now.raan_deg !== null;
    if (now.altitude_km !== null && now.raan_deg !== null) {
      const radius = EARTH_KM + now.altitude_km, raan = now.raan_deg;
      const points = Array.from({ length: RING }, (_, k) => onOrbit(radius, now.inclination_deg, raan, (2 * Math.PI * k) / RING)).flat();
      ring.geometry.setAttribute("position", new Float32BufferAttribute(points, 3));
      ring.geometry.computeBoundingSphere();
      dot.geometry.setAttribute("position", new Float32BufferAttribute(onOrbit(radius, now.inclination_deg, raan, phase(state.t, now.altitude_km)), 3));
      dot.geometry.computeBoundingSphere();
    }
    if (!placed) { // look from beside the Sun, so that the day-night line is seen
      const side = new Vector3(...toward).applyAxisAngle(new Vector3(0, 0, 1), 1.0);
      view.camera.position.copy(side.multiplyScalar(23000)).setZ(9000);
      view.controls.update();
      placed = true;
    }
    view.draw();
  };
}
