(* The sign of the curvature of g: g'' <= 0 exactly for t >= t* = 0.60340920...

   With p = Q(t), g(p) = f(p) / p = lam(t) - t, and dg/dp = V / phi with V = 1 - lam (lam - t), whose
   derivative in t is - P / phi,

     P(t) = - (lam + t) + 2 lam^2 (lam - t),

   so d^2g/dp^2 = P / phi^2. The sign of P ([curvature_sign]):

   - For t <= 0, P > 0 by three values of lam.
   - For t >= 9/4 a convergent of the continued fraction of Mills' ratio bounds lam from above, and
     P <= 0.
   - With m = 2 lam^2, along lam' = lam (lam - t):
       P' = (m^2 - 4 m - 1) / (1 + m)^2 + P * (something positive for P > 0).
     So P <= 0 stays so, as t > 0 grows: where m^2 - 4 m - 1 <= 0, P is pushed down; where it is
     positive, and lam increases so that it remains so, a positive P would grow and still be positive
     at 9/4.
   - A zero lies between 0.603409 and 0.6034094, where the sign is computed; P decreases there. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From ClassRadius Require Import Normal Tail Rewrite.
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

(* ---- The sign everywhere ---- *)

Lemma curvature_stays_nonpositive (a t : R) : 0 <= a <= t -> curvature a <= 0 -> curvature t <= 0.
Proof.
  intros A C. destruct (Rle_dec (9 / 4) t) as [F|F]; [now apply curvature_far|].
  destruct (Rle_dec 0 ((2 * lam t ^ 2) ^ 2 - 4 * (2 * lam t ^ 2) - 1)) as [S|S].
  - apply (curvature_backward t (9 / 4)); [lra|apply curvature_far; lra|exact S].
  - apply (curvature_forward a t); [lra|exact C|cbv zeta; lra].
Qed.

Lemma lam_ge (k t : R) : k * Q t <= phi t -> k <= lam t.
Proof.
  intro H. assert (A := Q_pos t). unfold lam. apply Rmult_le_reg_r with (Q t); [exact A|].
  replace (phi t / Q t * Q t) with (phi t) by (field; lra). exact H.
Qed.

Lemma lam_at_two : 735 / 1000 <= lam (- (1 / 10)) /\ 628 / 1000 <= lam (- (28 / 100)).
Proof.
  assert (A : Q (- (1 / 10)) <= 5399 / 10000) by (rewrite Q_opp; integral with (i_prec 40)).
  assert (B : Q (- (28 / 100)) <= 6104 / 10000) by (rewrite Q_opp; integral with (i_prec 40)).
  assert (A1 : 3969 / 10000 <= phi (- (1 / 10))) by (unfold phi; interval with (i_prec 40)).
  assert (B1 : 3834 / 10000 <= phi (- (28 / 100))) by (unfold phi; interval with (i_prec 40)).
  split; apply lam_ge; lra.
Qed.

Lemma curvature_left (t : R) : t <= 0 -> 0 < curvature t.
Proof.
  intro T. destruct lam_at_two as [A B]. assert (P := lam_pos t).
  assert (I : forall s, s <= t -> lam s <= lam t).
  { intros s S. destruct (Req_dec s t) as [->|N]; [lra|]. left. apply lam_incr. lra. }
  unfold curvature. set (l := lam t) in *.
  replace (- (l + t) + 2 * l ^ 2 * (l - t)) with (2 * l ^ 3 - l + - t * (1 + 2 * l ^ 2)) by ring.
  destruct (Rle_dec (- (1 / 10)) t) as [U|U].
  - specialize (I _ U). assert (0 <= - t * (1 + 2 * l ^ 2)) by (apply Rmult_le_pos; nra).
    assert (0 < l * (2 * l ^ 2 - 1)) by (apply Rmult_lt_0_compat; nra). nra.
  - destruct (Rle_dec (- (28 / 100)) t) as [V|V].
    + specialize (I _ V). assert (S : 628 / 1000 * (628 / 1000) <= l ^ 2).
      { replace (l ^ 2) with (l * l) by ring. apply Rmult_le_compat; lra. }
      assert (1 / 10 * (1 + 2 * (628 / 1000 * (628 / 1000))) <= - t * (1 + 2 * l ^ 2)).
      { apply Rmult_le_compat; lra. }
      assert (0 <= (l - 628 / 1000) * (2 * (l ^ 2 + 628 / 1000 * l + (628 / 1000) ^ 2) - 1)).
      { apply Rmult_le_pos; lra. }
      lra.
    + assert (S : 0 <= l ^ 2) by apply pow2_ge_0.
      assert (28 / 100 * 1 <= - t * (1 + 2 * l ^ 2)) by (apply Rmult_le_compat; lra).
      assert (0 <= (l - 41 / 100) ^ 2 * (l + 82 / 100)).
      { apply Rmult_le_pos; [apply pow2_ge_0|lra]. }
      lra.
Qed.

(* ---- The inflection ---- *)

Definition before_inflection : R := 603409 / 1000000.
Definition after_inflection : R := 6034094 / 10000000.

Lemma Q_before_inflection : 27311831823 / 100000000000 <= Q before_inflection <= 27311831824 / 100000000000.
Proof. unfold before_inflection, Q, phi. split; integral with (i_prec 70, i_fuel 400). Qed.

Lemma Q_after_inflection : 27311818521 / 100000000000 <= Q after_inflection <= 27311818522 / 100000000000.
Proof. unfold after_inflection, Q, phi. split; integral with (i_prec 70, i_fuel 400). Qed.

Lemma curvature_before_inflection : 0 < curvature before_inflection.
Proof.
  assert (H := Q_before_inflection). unfold curvature, lam. set (q := Q before_inflection) in *.
  unfold phi, before_inflection. interval with (i_prec 70).
Qed.

Lemma curvature_after_inflection : curvature after_inflection < 0.
Proof.
  assert (H := Q_after_inflection). unfold curvature, lam. set (q := Q after_inflection) in *.
  unfold phi, after_inflection. interval with (i_prec 70).
Qed.

Lemma curvature_zero : exists c, before_inflection < c < after_inflection /\ curvature c = 0.
Proof.
  destruct (zero_between (fun t => - curvature t) before_inflection after_inflection) as [c [C E]].
  - intro x. apply: ex_derive_opp. eexists. apply curvature_d.
  - unfold before_inflection, after_inflection. lra.
  - assert (H := curvature_before_inflection). lra.
  - assert (H := curvature_after_inflection). lra.
  - exists c. split; [exact C|lra].
Qed.

Lemma lam_after_inflection : lam after_inflection <= 122 / 100.
Proof.
  assert (H := Q_after_inflection). unfold lam. set (q := Q after_inflection) in *.
  unfold phi, after_inflection. interval.
Qed.

Lemma curvature_zero_sign (c t : R) : before_inflection < c < after_inflection -> curvature c = 0 ->
  curvature t <= 0 <-> c <= t.
Proof.
  intros C Z. assert (C0 : 0 < c) by (unfold before_inflection in C; lra). split; intro H.
  - destruct (Rle_dec c t) as [|N]; [assumption|exfalso].
    destruct (Rle_dec t 0) as [T|T]; [assert (X := curvature_left t T); lra|].
    assert (F := curvature_slope_flow c). cbv zeta in F. rewrite Z Rmult_0_l Rplus_0_r in F.
    assert (L := lam_after_inflection). assert (I := lam_incr c after_inflection (proj2 C)).
    assert (P := lam_pos c). set (l := lam c) in *.
    assert (M : 0 <= 2 * l ^ 2 < 3) by nra. set (m := 2 * l ^ 2) in *.
    assert (S : curvature_slope c < 0) by nra.
    destruct (larger_to_the_left curvature c _ t (curvature_d c) S ltac:(lra)) as [s [B K]].
    assert (X := curvature_stays_nonpositive t s ltac:(lra) H). lra.
  - apply (curvature_stays_nonpositive c t); lra.
Qed.

(* t* *)
Definition inflection : R := - largest (fun x => curvature (- x) <= 0).

Lemma inflection_zero : before_inflection < inflection < after_inflection /\ curvature inflection = 0.
Proof.
  destruct curvature_zero as [c [C Z]]. assert (E : inflection = c); [|now rewrite E].
  unfold inflection. rewrite (largest_unique _ (- c)); [ring| |].
  - rewrite Ropp_involutive. lra.
  - intros x X. apply (curvature_zero_sign c) in X; trivial. lra.
Qed.

Theorem curvature_sign (t : R) : curvature t <= 0 <-> inflection <= t.
Proof. destruct inflection_zero as [C Z]. now apply curvature_zero_sign. Qed.
