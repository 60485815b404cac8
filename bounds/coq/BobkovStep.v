(* The elementary inequalities behind Bobkov's inequality.

   Proved: sqrt (p + q) <= sqrt p + q / (2 sqrt p); Taylor's inequalities for cos; if (p, w) moves
   by e (u, z) up to e^2 then sqrt (I(p)^2 + w^2) grows at most by e times its derivative, up to
   e^2; and the algebraic identity by which the drift of the interpolation is nonpositive. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal Profile.
Open Scope R_scope.

(* The square root lies below its tangent. *)
Lemma sqrt_tangent (p q : R) : 0 < p -> 0 <= p + q ->
  sqrt (p + q) <= sqrt p + q / (2 * sqrt p).
Proof.
  intros Hp L. assert (S := sqrt_lt_R0 p Hp). assert (E := sqrt_sqrt p (Rlt_le _ _ Hp)).
  assert (F := sqrt_sqrt (p + q) L).
  set (r := sqrt p) in *. set (t := sqrt (p + q)) in *.
  replace q with (t * t - r * r) by lra.
  replace (r + (t * t - r * r) / (2 * r)) with (t + (t - r) ^ 2 / (2 * r)) by (field; lra).
  assert (X : 0 <= (t - r) ^ 2 / (2 * r)); [|lra].
  apply Rle_mult_inv_pos; [apply pow2_ge_0|lra].
Qed.

Lemma cos_bound (t : R) : Rabs (cos t) <= 1.
Proof. apply Rabs_le. assert (H := COS_bound t). lra. Qed.

Lemma sin_bound (t : R) : Rabs (sin t) <= 1.
Proof. apply Rabs_le. assert (H := SIN_bound t). lra. Qed.

Lemma cos_lipschitz (t h : R) : 0 <= h -> Rabs (cos (t + h) - cos t) <= h.
Proof.
  intro Hh. destruct (mean_value cos (fun x => - sin x) t (t + h)) as [c [_ E]]; [lra| |].
  - intros x _. auto_derive; [exact I|ring].
  - rewrite E Rabs_mult Rabs_Ropp. replace (t + h - t) with h by ring. rewrite (Rabs_pos_eq h Hh).
    assert (S := sin_bound c). nra.
Qed.

Lemma cos_taylor (t h : R) : 0 <= h -> Rabs (cos (t + h) - cos t + h * sin t) <= h ^ 2.
Proof.
  intro Hh.
  assert (T := taylor_square cos (fun x => - sin x) (fun x => - cos x) t (t + h) 1 t (t + h)
    ltac:(lra) ltac:(lra)).
  replace (cos (t + h) - cos t + h * sin t)
    with (cos (t + h) - cos t - - sin t * (t + h - t)) by ring.
  replace (h ^ 2) with (1 * (t + h - t) ^ 2) by ring. apply T.
  - intros z _. auto_derive; [exact I|ring].
  - intros z _. auto_derive; [exact I|ring].
  - intros z _. rewrite Rabs_Ropp. apply cos_bound.
Qed.

(* If |v - e u| <= L e^2 W and |u| <= L W then v^2 <= (2 L e W)^2. *)
Lemma square_of_step (v u L W e : R) : 0 <= e <= 1 -> 1 <= W -> 0 <= L -> Rabs u <= L * W ->
  Rabs (v - e * u) <= L * e ^ 2 * W -> v ^ 2 <= 4 * L ^ 2 * e ^ 2 * W ^ 2.
Proof.
  intros He HW HL U V. rewrite -(pow2_abs v).
  assert (X : Rabs v <= 2 * L * e * W).
  { replace v with ((v - e * u) + e * u) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult (Rabs_pos_eq e); [|lra].
    assert (Y : e * Rabs u <= e * (L * W)) by (apply Rmult_le_compat_l; lra).
    assert (LW : 0 <= L * W) by (apply Rmult_le_pos; lra).
    assert (Z : e ^ 2 <= e) by nra.
    assert (Z2 : e ^ 2 * (L * W) <= e * (L * W)) by (apply Rmult_le_compat_r; lra). lra. }
  replace (4 * L ^ 2 * e ^ 2 * W ^ 2) with ((2 * L * e * W) ^ 2) by ring.
  apply pow_incr. split; [apply Rabs_pos|exact X].
Qed.

(* The constant of the second order term in the step below. *)
Definition step_constant (a L : R) : R :=
  ((2 * Phi_inv (1 - a) ^ 2 + 2) * (4 * L ^ 2) + 2 * Phi_inv (1 - a) * L + 6 * L ^ 2)
    / (2 * profile (1 - a)).

Lemma root_pos (a p w : R) : 0 < a -> a <= p <= 1 - a ->
  0 < profile (1 - a) <= sqrt (profile p ^ 2 + w ^ 2).
Proof.
  intros A Hp. assert (P := profile_pos (1 - a)). assert (Q := profile_lower a p A Hp).
  split; [exact P|]. rewrite -{1}(sqrt_pow2 (profile (1 - a))); [|lra].
  apply sqrt_le_1_alt. assert (H := pow2_ge_0 w). nra.
Qed.

(* If (p, w) moves by e (u, z) up to second order then sqrt (I(p)^2 + w^2) grows at most by e times
   its derivative, up to second order. *)
Lemma root_step (a p p' u w w' z L W e : R) : 0 < a -> a <= p <= 1 - a -> a <= p' <= 1 - a ->
  0 <= e <= 1 -> 1 <= W -> 0 <= L -> Rabs u <= L * W -> Rabs z <= L * W -> Rabs w <= L ->
  Rabs (p' - p - e * u) <= L * e ^ 2 * W -> Rabs (w' - w - e * z) <= L * e ^ 2 * W ->
  sqrt (profile p' ^ 2 + w' ^ 2) <= sqrt (profile p ^ 2 + w ^ 2)
    + e * ((- profile p * Phi_inv p * u + w * z) / sqrt (profile p ^ 2 + w ^ 2))
    + step_constant a L * e ^ 2 * W ^ 2.
Proof.
  intros A Hp Hp' He HW HL U Z Hw P Q.
  assert (R := root_pos a p w A Hp). assert (T := profile_square_taylor a p p' A Hp Hp').
  assert (S1 := square_of_step _ _ _ _ _ He HW HL U P).
  assert (S2 := square_of_step _ _ _ _ _ He HW HL Z Q).
  assert (B := Phi_inv_bounded a p A Hp). assert (I1 := profile_le_1 p).
  assert (I0 := profile_pos p).
  assert (K0 : 0 <= Phi_inv (1 - a)) by (apply Rle_trans with (2 := B), Rabs_pos).
  set (k := Phi_inv (1 - a)) in *. set (K := 2 * k ^ 2 + 2) in *.
  assert (HK : 0 <= K) by (unfold K; nra).
  set (X := L * e ^ 2 * W) in *. set (Y := L * e ^ 2 * W ^ 2).
  assert (X0 : 0 <= L * e ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
  assert (XY : X <= Y) by (unfold X, Y; apply Rmult_le_compat_l; nra).
  assert (X1 : 0 <= X) by (unfold X; apply Rmult_le_pos; lra).
  (* the first order terms with their errors *)
  assert (E1 : - 2 * profile p * Phi_inv p * (p' - p)
    <= - 2 * profile p * Phi_inv p * (e * u) + 2 * k * Y).
  { assert (Hq : Rabs (- 2 * profile p * Phi_inv p * (p' - p - e * u)) <= 2 * k * Y).
    { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [|lra].
      rewrite Rabs_mult. replace (Rabs (- 2 * profile p)) with (2 * profile p).
      - assert (V := Rabs_pos (Phi_inv p)). nra.
      - rewrite Rabs_left; lra. }
    apply Rabs_le_between in Hq. lra. }
  assert (E2 : 2 * w * (w' - w) <= 2 * w * (e * z) + 2 * L * Y).
  { assert (Hq : Rabs (2 * w * (w' - w - e * z)) <= 2 * L * Y).
    { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [|lra].
      rewrite Rabs_mult (Rabs_pos_eq 2); lra. }
    apply Rabs_le_between in Hq. lra. }
  assert (E3 : K * (p' - p) ^ 2 <= K * (4 * L ^ 2 * e ^ 2 * W ^ 2)) by
    (apply Rmult_le_compat_l; lra).
  set (r := sqrt (profile p ^ 2 + w ^ 2)) in *.
  assert (N : 0 <= profile p' ^ 2 + w' ^ 2) by
    (assert (H1 := pow2_ge_0 (profile p')); assert (H2 := pow2_ge_0 w'); lra).
  assert (J : 0 < profile p ^ 2 + w ^ 2) by (assert (H := pow2_ge_0 w); nra).
  assert (G := sqrt_tangent (profile p ^ 2 + w ^ 2)
    (profile p' ^ 2 + w' ^ 2 - (profile p ^ 2 + w ^ 2)) J ltac:(lra)).
  replace (profile p ^ 2 + w ^ 2 + (profile p' ^ 2 + w' ^ 2 - (profile p ^ 2 + w ^ 2)))
    with (profile p' ^ 2 + w' ^ 2) in G by ring. fold r in G.
  apply Rle_trans with (1 := G). rewrite Rplus_assoc. apply Rplus_le_compat_l.
  set (m := (K * (4 * L ^ 2) + 2 * k * L + 6 * L ^ 2) * e ^ 2 * W ^ 2).
  set (D := - profile p * Phi_inv p * u + w * z).
  apply Rle_trans with ((2 * e * D + m) / (2 * r)).
  - apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|]. unfold D, m, Y in *.
    replace (w' ^ 2) with (w ^ 2 + 2 * w * (w' - w) + (w' - w) ^ 2) by ring. lra.
  - replace ((2 * e * D + m) / (2 * r)) with (e * (D / r) + m / (2 * r)) by (field; lra).
    apply Rplus_le_compat_l.
    replace (step_constant a L * e ^ 2 * W ^ 2) with (m / (2 * profile (1 - a))).
    + apply Rmult_le_compat_l; [|apply Rinv_le_contravar; lra].
      unfold m. apply Rmult_le_pos; [|apply pow2_ge_0]. apply Rmult_le_pos; [|apply pow2_ge_0].
      assert (V := Rmult_le_pos _ _ K0 HL). assert (V2 := pow2_ge_0 L).
      assert (V3 := Rmult_le_pos _ _ HK V2). lra.
    + unfold m, step_constant. fold k K. field. lra.
Qed.

(* The drift less g', see drift_sign in BobkovFlow: with i = I(A), q = Phi^{-1}(A), p = psi and
   p^2 = i^2 + B^2, Lagrange's identity makes it minus a square. *)
Lemma bobkov_identity (s c P R T i q p : R) : p <> 0 -> p ^ 2 = i ^ 2 + (c * P) ^ 2 ->
  let B := c * P in let px := (- i * q * c * P + B * c ^ 2 * R) / p in
  (- i * q / p * s * c * R + B / p * (- s * P + s * c ^ 2 * T))
  - (s * (c * R * (- i * q) / p + P * ((q ^ 2 - 1) * c * P) / p + P * i * q * px / p ^ 2)
     + s * c * (c * T * B / p + R * (c ^ 2 * R) / p - R * B * px / p ^ 2))
  = - (s * c) * ((c * R * i + q * P * B) ^ 2 / p ^ 3).
Proof.
  intros Np E B px. unfold px, B. apply Rminus_diag_uniq.
  transitivity (- (s * c) * (q ^ 2 * P ^ 2 + c ^ 2 * R ^ 2)
    * (p ^ 2 - (i ^ 2 + (c * P) ^ 2)) / p ^ 3).
  - field. exact Np.
  - rewrite E. field. exact Np.
Qed.
