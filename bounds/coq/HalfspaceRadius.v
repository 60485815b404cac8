(* The sharp function g(p) = f(p) / p is concave on (0, 0.27].

   With p = Q(t), g = lam(t) - t, and dg/dp = V / phi with V = 1 - lam (lam - t), whose derivative
   in t is - P / phi,

     P(t) = - (lam + t) + 2 lam^2 (lam - t),

   so g is concave where P <= 0. That P <= 0 for t >= 0.6128, i.e. p <= 0.27 < Q(0.6128):

   - For t >= 9/4 a convergent of the continued fraction of Mills' ratio bounds lam from above.
   - With m = 2 lam^2, along lam' = lam (lam - t):
       P' = (m^2 - 4 m - 1) / (1 + m)^2 + P * (something positive for P > 0).
     Where m^2 - 4 m - 1 >= 0, and lam increases so that it stays so, a positive P would grow and
     still be positive at 9/4. Where it is negative, P is pushed down, and P(0.6128) < 0 is one
     number. *)
From Coq Require Import Reals Lra Psatz List ssreflect.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From ClassRadius Require Import Gamma Normal Tail Rewrite.
Open Scope R_scope.

Definition curvature (t : R) : R := - (lam t + t) + 2 * lam t ^ 2 * (lam t - t).

(* ---- Far out: a convergent of the continued fraction ---- *)

Definition numerator (t : R) : R := t * (t * t + 5).
Definition denominator (t : R) : R := t * t * (t * t) + 6 * (t * t) + 3.
Definition convergent_gap (t : R) : R := Q t - phi t * (numerator t / denominator t).

Lemma denominator_pos (t : R) : 0 < denominator t.
Proof. unfold denominator. assert (0 <= t * t) by nra. nra. Qed.

Lemma convergent_d (t : R) : is_derive (fun t => numerator t / denominator t) t
  ((3 * (t * t) + 5) / denominator t
   - numerator t * (4 * (t * t * t) + 12 * t) / (denominator t * denominator t)).
Proof.
  assert (H := denominator_pos t). unfold numerator, denominator in *.
  auto_derive; [lra|]. field. lra.
Qed.

Lemma convergent_gap_d (t : R) :
  is_derive convergent_gap t (- (phi t * (24 / (denominator t * denominator t)))).
Proof.
  assert (H := denominator_pos t). unfold convergent_gap. evar_last.
  - apply: is_derive_minus; [apply Q_d|]. apply: is_derive_mult; [apply phi_d|apply convergent_d|].
    intros n m. unfold mult; simpl. ring.
  - unfold minus, plus, opp; simpl; unfold mult; simpl.
    unfold numerator, denominator in *. field. lra.
Qed.

Lemma convergent_gap_pos (t : R) : 0 < convergent_gap t.
Proof.
  revert t. apply positive_of_decreasing.
  - intros s t L. apply (decreasing_of_derivative convergent_gap _ s t L (fun x _ => convergent_gap_d x)).
    intros x _. assert (A := phi_pos x). assert (D := denominator_pos x).
    assert (0 < phi x * (24 / (denominator x * denominator x))); [|lra].
    apply Rmult_lt_0_compat; [exact A|]. apply Rdiv_lt_0_compat; [lra|nra].
  - intros e He. destruct (phi0_eventually e He) as [M [M1 HM]]. exists M. intros x Hx.
    specialize (HM x Hx). assert (P := phi_le_phi0 x). assert (A := phi_pos x). assert (B := Q_pos x).
    assert (D := denominator_pos x). unfold convergent_gap.
    assert (numerator x / denominator x <= 1).
    { apply Rmult_le_reg_r with (denominator x); [exact D|].
      replace (numerator x / denominator x * denominator x) with (numerator x) by (field; lra).
      unfold numerator, denominator. assert (1 <= x) by lra. nra. }
    nra.
Qed.

Lemma lam_convergent (t : R) : 0 < t -> lam t * numerator t < denominator t.
Proof.
  intro T. assert (H := convergent_gap_pos t). unfold convergent_gap in H.
  assert (D := denominator_pos t). assert (B := Q_pos t).
  assert (E : phi t * (numerator t / denominator t) * denominator t = phi t * numerator t)
    by (field; lra).
  assert (K : phi t * numerator t < Q t * denominator t) by nra.
  unfold lam. apply Rmult_lt_reg_r with (Q t); [exact B|].
  replace (phi t / Q t * numerator t * Q t) with (phi t * numerator t) by (field; lra). lra.
Qed.

Lemma curvature_far (t : R) : 9 / 4 <= t -> curvature t <= 0.
Proof.
  intro T. assert (L := lam_convergent t ltac:(lra)). assert (G := lam_gt t).
  unfold curvature. set (l := lam t) in *.
  set (n := numerator t) in *. set (d := denominator t) in *.
  assert (N : 0 < n) by (unfold n, numerator; nra).
  set (U := d / n). assert (UE : U * n = d) by (unfold U; field; lra).
  assert (UL : l < U) by nra.
  assert (UT : (U - t) * n = t * t + 3).
  { rewrite Rmult_minus_distr_r UE. unfold d, n, denominator, numerator. ring. }
  assert (Y : 5 <= t * t) by nra.
  assert (K : - (U + t) + 2 * U ^ 2 * (U - t) <= 0).
  { apply Rmult_le_reg_r with (n * n * n).
    { apply Rmult_lt_0_compat; [nra|exact N]. }
    replace ((- (U + t) + 2 * U ^ 2 * (U - t)) * (n * n * n))
      with (- (U * n + t * n) * (n * n) + 2 * (U * n) * (U * n) * ((U - t) * n)) by ring.
    rewrite UT UE Rmult_0_l. unfold d, n, denominator, numerator.
    set (x := t * t - 5). assert (X : 0 <= x) by (unfold x; lra).
    replace (- (t * t * (t * t) + 6 * (t * t) + 3 + t * (t * (t * t + 5)))
        * (t * (t * t + 5) * (t * (t * t + 5)))
      + 2 * (t * t * (t * t) + 6 * (t * t) + 3) * (t * t * (t * t) + 6 * (t * t) + 3) * (t * t + 3))
      with (- (x ^ 4 + 27 * x ^ 3 + 236 * x ^ 2 + 676 * x + 176)) by (unfold x; ring).
    assert (0 <= x ^ 2) by (apply pow_le; exact X). assert (0 <= x ^ 3) by (apply pow_le; exact X).
    assert (0 <= x ^ 4) by (apply pow_le; exact X). lra. }
  assert (M : 0 <= (U - l) * (2 * (U * U + U * l + l * l) - 2 * t * (U + l) - 1)).
  { apply Rmult_le_pos; [lra|]. nra. }
  nra.
Qed.

(* ---- Along the flow ---- *)

Definition curvature_slope (t : R) : R :=
  lam t * (lam t - t) * (6 * lam t ^ 2 - 1 - 4 * lam t * t) - (1 + 2 * lam t ^ 2).

Lemma curvature_d (t : R) : is_derive curvature t (curvature_slope t).
Proof.
  unfold curvature. auto_derive.
  - repeat split; exists (lam t * (lam t - t)); apply lam_d.
  - rewrite (is_derive_unique _ _ _ (lam_d t)). unfold curvature_slope. ring.
Qed.

Lemma curvature_slope_flow (t : R) : let l := lam t in let m := 2 * l ^ 2 in let P := curvature t in
  curvature_slope t * (1 + m) ^ 2 =
  (m ^ 2 - 4 * m - 1) + P * (l * (m ^ 2 + 8 * m - 1) + 4 * l ^ 2 * P).
Proof. cbv zeta. unfold curvature_slope, curvature. ring. Qed.

Lemma larger_to_the_right (f : R -> R) (c l b : R) : is_derive f c l -> 0 < l -> c < b ->
  exists s, c < s < b /\ f c < f s.
Proof.
  intros D L B. apply is_derive_Reals in D. destruct (D l L) as [[d d0] H]. simpl in H.
  set (h := Rmin (d / 2) ((b - c) / 2)).
  assert (h1 := Rmin_l (d / 2) ((b - c) / 2)). assert (h2 := Rmin_r (d / 2) ((b - c) / 2)).
  assert (h0 : 0 < h) by (apply Rmin_glb_lt; lra).
  exists (c + h). split; [unfold h in *; lra|].
  specialize (H h ltac:(lra)). rewrite Rabs_pos_eq in H; [|lra].
  specialize (H ltac:(unfold h in *; lra)). apply Rabs_def2 in H.
  assert (E : f (c + h) - f c = (f (c + h) - f c) / h * h) by (field; lra). nra.
Qed.

Lemma larger_to_the_left (f : R -> R) (c l a : R) : is_derive f c l -> l < 0 -> a < c ->
  exists s, a < s < c /\ f c < f s.
Proof.
  intros D L A.
  destruct (larger_to_the_right (fun x => f (- x)) (- c) (- l) (- a)) as [s [S F]]; [|lra|lra|].
  - evar_last.
    + apply (is_derive_comp f (fun x => - x)); [rewrite Ropp_involutive; exact D|].
      auto_derive; [exact I|reflexivity].
    + unfold scal; simpl; unfold mult; simpl. ring.
  - exists (- s). rewrite Ropp_involutive in F. split; [lra|exact F].
Qed.

Lemma maximum (f f1 : R -> R) (a b : R) : a <= b -> (forall x, is_derive f x (f1 x)) ->
  exists c, a <= c <= b /\ forall x, a <= x <= b -> f x <= f c.
Proof.
  intros L D. destruct (continuity_ab_maj f a b L) as [c [M C]].
  - intros x _. apply derivable_continuous_pt. exists (f1 x). apply is_derive_Reals, D.
  - exists c. split; [exact C|exact M].
Qed.

Lemma curvature_backward (a b : R) : a <= b -> curvature b <= 0 ->
  (let m := 2 * lam a ^ 2 in 0 <= m ^ 2 - 4 * m - 1) -> curvature a <= 0.
Proof.
  intros L B S. cbv zeta in S. destruct (Rle_dec (curvature a) 0) as [|N]; [assumption|exfalso].
  destruct (maximum curvature curvature_slope a b L curvature_d) as [c [C M]].
  assert (A := M a ltac:(lra)). assert (c < b).
  { destruct (Req_dec c b) as [->|]; lra. }
  assert (F := curvature_slope_flow c). cbv zeta in F.
  assert (P := lam_pos a). assert (J : lam a <= lam c).
  { destruct (Req_dec a c) as [->|]; [lra|]. left. apply lam_incr. lra. }
  set (l := lam c) in *. set (k := lam a) in *.
  assert (K : 4 <= 2 * k ^ 2) by nra.
  assert (KL : 2 * k ^ 2 <= 2 * l ^ 2) by nra.
  assert (SL : 0 <= (2 * l ^ 2) ^ 2 - 4 * (2 * l ^ 2) - 1) by nra.
  set (m := 2 * l ^ 2) in *.
  assert (0 < curvature c * (l * (m ^ 2 + 8 * m - 1) + 4 * l ^ 2 * curvature c)).
  { apply Rmult_lt_0_compat; [lra|]. assert (0 < l * (m ^ 2 + 8 * m - 1)).
    { apply Rmult_lt_0_compat; nra. }
    assert (0 <= 4 * l ^ 2 * curvature c); [|lra]. apply Rmult_le_pos; [nra|lra]. }
  assert (D : 0 < (1 + m) ^ 2) by nra.
  assert (0 < curvature_slope c) by nra.
  destruct (larger_to_the_right curvature c _ b (curvature_d c)) as [s [S1 S2]]; [assumption|lra|].
  specialize (M s ltac:(lra)). lra.
Qed.

Definition damped (t : R) : R := curvature t * exp (- (5 * t)).
Definition damped_slope (t : R) : R := (curvature_slope t - 5 * curvature t) * exp (- (5 * t)).

Lemma damped_d (t : R) : is_derive damped t (damped_slope t).
Proof.
  assert (E : is_derive (fun t => exp (- (5 * t))) t (- 5 * exp (- (5 * t)))).
  { auto_derive; [exact I|ring]. }
  unfold damped. evar_last.
  - apply: is_derive_mult; [apply curvature_d|exact E|]. intros n m. unfold mult; simpl. ring.
  - unfold damped_slope, plus; simpl; unfold mult; simpl. ring.
Qed.

Lemma curvature_forward (a b : R) : 0 <= a <= b -> curvature a <= 0 ->
  (let m := 2 * lam b ^ 2 in m ^ 2 - 4 * m - 1 <= 0) -> curvature b <= 0.
Proof.
  intros L A S. cbv zeta in S. destruct (Rle_dec (curvature b) 0) as [|N]; [assumption|exfalso].
  destruct (maximum damped damped_slope a b ltac:(lra) damped_d) as [c [C M]].
  assert (B := M b ltac:(lra)). assert (EB := exp_pos (- (5 * b))). assert (EC := exp_pos (- (5 * c))).
  assert (0 < damped b) by (unfold damped; nra).
  assert (PC : 0 < curvature c).
  { destruct (Rlt_dec 0 (curvature c)) as [|X]; [assumption|]. unfold damped in *. nra. }
  assert (a < c).
  { destruct (Req_dec c a) as [->|]; lra. }
  assert (F := curvature_slope_flow c). cbv zeta in F.
  assert (P := lam_pos c). assert (J : lam c <= lam b).
  { destruct (Req_dec c b) as [->|]; [lra|]. left. apply lam_incr. lra. }
  assert (PU : curvature c <= 2 * lam c ^ 3).
  { unfold curvature. assert (0 <= c) by lra. assert (0 <= lam c ^ 2) by nra. nra. }
  set (l := lam c) in *. set (k := lam b) in *.
  assert (K : 2 * k ^ 2 <= 9 / 2) by nra.
  assert (KL : 2 * l ^ 2 <= 2 * k ^ 2) by nra.
  assert (SL : (2 * l ^ 2) ^ 2 - 4 * (2 * l ^ 2) - 1 <= 0).
  { assert (0 <= 2 * l ^ 2) by nra. revert KL S. generalize dependent (2 * l ^ 2).
    generalize (2 * k ^ 2). intros u v V W U. destruct (Rle_dec v 4); nra. }
  assert (l <= 3 / 2) by nra.
  set (m := 2 * l ^ 2) in *. assert (m0 : 0 <= m) by (unfold m; nra).
  assert (Z : l * (m ^ 2 + 8 * m - 1) + 4 * l ^ 2 * curvature c <= l * (3 * m ^ 2 + 8 * m - 1)).
  { assert (Z1 : 4 * l ^ 2 * curvature c <= 4 * l ^ 2 * (2 * l ^ 3)).
    { apply Rmult_le_compat_l; [|exact PU]. assert (0 <= l ^ 2) by apply pow2_ge_0. lra. }
    replace (4 * l ^ 2 * (2 * l ^ 3)) with (l * (2 * m ^ 2)) in Z1 by (unfold m; ring).
    replace (l * (3 * m ^ 2 + 8 * m - 1)) with (l * (m ^ 2 + 8 * m - 1) + l * (2 * m ^ 2)) by ring.
    lra. }
  assert (m2 : 0 <= m ^ 2) by apply pow2_ge_0.
  assert (Y : l * (3 * m ^ 2 + 8 * m - 1) < 5 * (1 + m) ^ 2).
  { apply Rle_lt_trans with (3 / 2 * (3 * m ^ 2 + 8 * m)).
    - apply Rle_trans with (l * (3 * m ^ 2 + 8 * m)); [lra|]. apply Rmult_le_compat_r; lra.
    - assert (0 <= (m - 2) ^ 2) by apply pow2_ge_0. lra. }
  assert (D : 0 < (1 + m) ^ 2) by (apply pow_lt; lra).
  assert (V : curvature_slope c - 5 * curvature c < 0).
  { apply Rmult_lt_reg_r with ((1 + m) ^ 2); [exact D|].
    rewrite Rmult_minus_distr_r F Rmult_0_l.
    assert (curvature c * (l * (m ^ 2 + 8 * m - 1) + 4 * l ^ 2 * curvature c)
      < curvature c * (5 * (1 + m) ^ 2)) by (apply Rmult_lt_compat_l; lra).
    lra. }
  destruct (larger_to_the_left damped c _ a (damped_d c)) as [s [S1 S2]]; [|lra|].
  - unfold damped_slope. revert V EC. generalize (exp (- (5 * c))). intros e V EC. nra.
  - specialize (M s ltac:(lra)). lra.
Qed.

(* ---- The one number, and the sign everywhere ---- *)

(* Q(t) reaches 0.27 to the right of it. *)
Definition inner : R := 6128 / 10000.

Lemma Q_inner : 27000 / 100000 < Q inner <= 270005 / 1000000.
Proof.
  unfold inner, Q, phi. split.
  - assert (270004 / 1000000 <= 1 / 2 - RInt (fun x => exp (- (x * x) / 2) / sqrt (2 * PI)) 0 (6128 / 10000));
      [integral with (i_prec 50, i_fuel 200)|lra].
  - integral with (i_prec 50, i_fuel 200).
Qed.

Lemma curvature_inner : curvature inner <= 0.
Proof.
  assert (Q1 : 2700042 / 10000000 <= Q inner <= 2700045 / 10000000).
  { unfold inner, Q, phi. split; integral with (i_prec 60, i_fuel 400). }
  unfold curvature, lam. set (q := Q inner) in *. unfold phi, inner. interval with (i_prec 60).
Qed.

Theorem curvature_nonpositive (t : R) : inner <= t -> curvature t <= 0.
Proof.
  intro T. assert (I0 : 0 <= inner) by (unfold inner; lra).
  destruct (Rle_dec (9 / 4) t) as [F|F]; [now apply curvature_far|].
  destruct (Rle_dec 0 ((2 * lam t ^ 2) ^ 2 - 4 * (2 * lam t ^ 2) - 1)) as [S|S].
  - apply (curvature_backward t (9 / 4)); [lra|apply curvature_far; lra|exact S].
  - apply (curvature_forward inner t); [lra|exact curvature_inner|cbv zeta; lra].
Qed.

(* ---- Concavity of g on (0, Q(inner)), which contains (0, 0.27] ---- *)

Definition halfspace_radius (p : R) : R := integrated_tail p / p.
Definition slope_of_t (t : R) : R := (1 - lam t * (lam t - t)) / phi t.
Definition halfspace_radius_d1 (p : R) : R := slope_of_t (- Phi_inv p).

Lemma halfspace_radius_Q (t : R) : halfspace_radius (Q t) = lam t - t.
Proof. unfold halfspace_radius. rewrite integrated_tail_Q. field. assert (H := Q_pos t). lra. Qed.

Lemma slope_of_t_d (t : R) : is_derive slope_of_t t (- (curvature t / phi t)).
Proof.
  assert (H := phi_pos t). unfold slope_of_t. auto_derive.
  - repeat split; try lra; [exists (lam t * (lam t - t)); apply lam_d|exists (lam t * (lam t - t)); apply lam_d|exists (- t * phi t); apply phi_d].
  - rewrite (is_derive_unique _ _ _ (lam_d t)) (is_derive_unique _ _ _ (phi_d t)).
    unfold curvature. field. lra.
Qed.

Lemma slope_increases (s t : R) : inner <= s -> s <= t -> slope_of_t s <= slope_of_t t.
Proof.
  intros S L. destruct (mean_value slope_of_t _ s t L (fun x _ => slope_of_t_d x)) as [c [C E]].
  assert (K := curvature_nonpositive c ltac:(lra)). assert (P := phi_pos c).
  assert (0 <= - (curvature c / phi c)); [|nra].
  replace (- (curvature c / phi c)) with (- curvature c / phi c) by (field; lra).
  apply Rle_mult_inv_pos; lra.
Qed.

(* g lies below its tangents, in the variable t. *)
Lemma tangent_of_t (s t : R) : inner <= s -> inner <= t ->
  lam t - t <= lam s - s + slope_of_t s * (Q t - Q s).
Proof.
  intros S T.
  set (D := fun x => lam s - s + slope_of_t s * (Q x - Q s) - (lam x - x)).
  assert (Dd : forall x, is_derive D x (phi x * (slope_of_t x - slope_of_t s))).
  { intro x. assert (P := phi_pos x). unfold D. auto_derive.
    - repeat split; [exists (- phi x); apply Q_d|exists (lam x * (lam x - x)); apply lam_d].
    - rewrite (is_derive_unique _ _ _ (lam_d x)) (is_derive_unique _ _ _ (Q_d x)).
      generalize (slope_of_t s); intro k. unfold slope_of_t. field. lra. }
  assert (Z : D s = 0) by (unfold D; ring).
  assert (0 <= D t); [|unfold D in *; lra].
  destruct (Rle_dec s t) as [L|L].
  - destruct (mean_value D _ s t L (fun x _ => Dd x)) as [c [C E]].
    assert (A := slope_increases s c S ltac:(lra)). assert (P := phi_pos c).
    assert (0 <= phi c * (slope_of_t c - slope_of_t s)) by nra. nra.
  - destruct (mean_value D _ t s ltac:(lra) (fun x _ => Dd x)) as [c [C E]].
    assert (A := slope_increases c s ltac:(lra) ltac:(lra)). assert (P := phi_pos c).
    assert (phi c * (slope_of_t c - slope_of_t s) <= 0) by nra. nra.
Qed.

Lemma inner_of_mass (p : R) : 0 < p < Q inner -> inner <= - Phi_inv p /\ Q (- Phi_inv p) = p.
Proof.
  intro H. assert (B := Q_inner). assert (E := Q_of_Phi_inv p ltac:(lra)). split; [|exact E].
  apply Q_le_inv. lra.
Qed.

Theorem halfspace_radius_tangent (x y : R) : 0 < x < Q inner -> 0 < y < Q inner ->
  halfspace_radius y <= halfspace_radius x + halfspace_radius_d1 x * (y - x).
Proof.
  intros X Y. destruct (inner_of_mass x X) as [X1 X2]. destruct (inner_of_mass y Y) as [Y1 Y2].
  assert (T := tangent_of_t (- Phi_inv x) (- Phi_inv y) X1 Y1).
  rewrite -!halfspace_radius_Q X2 Y2 in T. exact T.
Qed.

(* g is concave on (0, 0.27]. *)
Theorem halfspace_radius_concave (x y k : R) : 0 < x <= 27 / 100 -> 0 < y <= 27 / 100 ->
  0 <= k <= 1 ->
  k * halfspace_radius x + (1 - k) * halfspace_radius y <= halfspace_radius (k * x + (1 - k) * y).
Proof.
  intros X Y K. assert (B := Q_inner). set (z := k * x + (1 - k) * y).
  assert (Z : 0 < z <= 27 / 100).
  { assert (0 <= k * x <= k * (27 / 100)) by (split; [apply Rmult_le_pos|apply Rmult_le_compat_l]; lra).
    assert (0 <= (1 - k) * y <= (1 - k) * (27 / 100))
      by (split; [apply Rmult_le_pos|apply Rmult_le_compat_l]; lra).
    unfold z. destruct (Req_dec k 0) as [->|N]; [lra|].
    assert (0 < k * x) by (apply Rmult_lt_0_compat; lra). lra. }
  assert (TX := halfspace_radius_tangent z x ltac:(lra) ltac:(lra)).
  assert (TY := halfspace_radius_tangent z y ltac:(lra) ltac:(lra)).
  apply Rmult_le_compat_l with (r := k) in TX; [|lra].
  apply Rmult_le_compat_l with (r := 1 - k) in TY; [|lra].
  assert (E : halfspace_radius_d1 z * (k * (x - z) + (1 - k) * (y - z)) = 0) by (unfold z; ring).
  lra.
Qed.

(* Sum p_i g(p_i) <= g(sum p_i^2) for masses of at most 0.27. *)
Theorem jensen_halfspace_radius (p : list R) : (forall x, In x p -> 0 < x <= 27 / 100) ->
  sum p = 1 ->
  sum_of (fun x => x * halfspace_radius x) p <= halfspace_radius (sum_of (fun x => x * x) p).
Proof.
  intros H S. assert (B := Q_inner).
  assert (H' : forall x, In x p -> 0 < x < Q inner).
  { intros x I. specialize (H x I). lra. }
  rewrite -(mean_self (fun x => x) p) -(mean_self halfspace_radius p).
  apply (jensen halfspace_radius halfspace_radius_d1 0 (Q inner)).
  - intros x y Hx Hy. now apply halfspace_radius_tangent.
  - intros e I. apply in_map_iff in I. destruct I as [x [<- I]]. simpl. specialize (H' x I). lra.
  - now rewrite weights_self.
  - rewrite (mean_self (fun x => x) p). now apply collision_between.
Qed.
