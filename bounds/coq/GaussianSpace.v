(* R^d, and the expectation under N(0, I_d) as an iterated expectation on R.

   Proved: on Lipschitz functions it is a positive linear functional with E 1 = 1; a function of one
   coordinate has the expectation of the line, so that coordinates have mean 0 and mean square 1;
   and the mass of an open set {u > 0}, u Lipschitz, as a supremum of expectations lies in [0, 1]
   and is Q t for a halfspace {z_k > t}. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation.
Open Scope R_scope.

Fixpoint space (d : nat) : Type := match d with O => unit | S e => (R * space e)%type end.

Fixpoint square_distance (d : nat) : space d -> space d -> R :=
  match d with
  | O => fun _ _ => 0
  | S e => fun z w => (fst z - fst w) ^ 2 + square_distance e (snd z) (snd w)
  end.

Definition distance (d : nat) (z w : space d) : R := sqrt (square_distance d z w).

(* E h(z), z ~ N(0, I_d). *)
Fixpoint expect (d : nat) : (space d -> R) -> R :=
  match d with
  | O => fun h => h tt
  | S e => fun h => expectation (fun x => expect e (fun y => h (x, y)))
  end.

Definition lipschitz (d : nat) (L : R) (h : space d -> R) : Prop :=
  forall z w, Rabs (h z - h w) <= L * distance d z w.

(* The mass of {u > 0} approximated from below: E min(1, n u^+). *)
Definition mass_at_slope (d : nat) (u : space d -> R) (n : nat) : R :=
  expect d (fun z => Rmin 1 (INR n * Rmax 0 (u z))).

(* P[u > 0], u continuous: the supremum over n. *)
Definition mass_positive (d : nat) (u : space d -> R) : R := real (Sup_seq (mass_at_slope d u)).

(* ---- Distances ---- *)

Lemma square_distance_pos (d : nat) (z w : space d) : 0 <= square_distance d z w.
Proof.
  induction d as [|d IH]; simpl; [lra|].
  assert (H := IH (snd z) (snd w)). assert (S := pow2_ge_0 (fst z - fst w)). simpl in S. lra.
Qed.

Lemma square_distance_same (d : nat) (z : space d) : square_distance d z z = 0.
Proof. induction d as [|d IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Lemma distance_pos (d : nat) (z w : space d) : 0 <= distance d z w.
Proof. apply sqrt_pos. Qed.

Lemma distance_square (d : nat) (z w : space d) : distance d z w ^ 2 = square_distance d z w.
Proof. apply pow2_sqrt, square_distance_pos. Qed.

Lemma square_distance_sym (d : nat) (z w : space d) : square_distance d z w = square_distance d w z.
Proof. induction d as [|d IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Lemma distance_sym (d : nat) (z w : space d) : distance d z w = distance d w z.
Proof. unfold distance. now rewrite square_distance_sym. Qed.

Lemma distance_first (d : nat) (x x' : R) (y : space d) :
  distance (S d) (x, y) (x', y) = Rabs (x - x').
Proof.
  unfold distance. simpl. rewrite square_distance_same, <- sqrt_Rsqr_abs. f_equal.
  unfold Rsqr. ring.
Qed.

Lemma distance_rest (d : nat) (x : R) (y y' : space d) :
  distance (S d) (x, y) (x, y') = distance d y y'.
Proof. unfold distance. simpl. f_equal. ring. Qed.

Lemma distance_le_sum (d : nat) (x x' : R) (y y' : space d) :
  distance (S d) (x, y) (x', y') <= Rabs (x - x') + distance d y y'.
Proof.
  assert (A := Rabs_pos (x - x')). assert (B := distance_pos d y y').
  unfold distance at 1.
  replace (square_distance (S d) (x, y) (x', y')) with (Rabs (x - x') ^ 2 + distance d y y' ^ 2)
    by (rewrite distance_square, pow2_abs; reflexivity).
  rewrite <- (sqrt_pow2 (Rabs (x - x') + distance d y y')) by lra.
  apply sqrt_le_1_alt. nra.
Qed.

(* ---- Lipschitz functions ---- *)

Lemma lipschitz_const (d : nat) (c : R) : lipschitz d 0 (fun _ => c).
Proof. intros z w. replace (c - c) with 0 by ring. rewrite Rabs_R0. lra. Qed.

Lemma lipschitz_weaken (d : nat) (L M : R) (h : space d -> R) : L <= M ->
  lipschitz d L h -> lipschitz d M h.
Proof.
  intros K H z w. apply Rle_trans with (1 := H z w).
  apply Rmult_le_compat_r; [apply distance_pos|exact K].
Qed.

Lemma lipschitz_abs (d : nat) (L : R) (h : space d -> R) :
  lipschitz d L h -> lipschitz d (Rabs L) h.
Proof. apply lipschitz_weaken, Rle_abs. Qed.

Lemma lipschitz_plus (d : nat) (L M : R) (f g : space d -> R) :
  lipschitz d L f -> lipschitz d M g -> lipschitz d (L + M) (fun z => f z + g z).
Proof.
  intros F G z w. replace (f z + g z - (f w + g w)) with ((f z - f w) + (g z - g w)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). specialize (F z w). specialize (G z w). lra.
Qed.

(* A k-Lipschitz function of a Lipschitz function. *)
Lemma lipschitz_comp (d : nat) (L k : R) (f : R -> R) (h : space d -> R) : 0 <= k ->
  (forall x y, Rabs (f x - f y) <= k * Rabs (x - y)) ->
  lipschitz d L h -> lipschitz d (k * L) (fun z => f (h z)).
Proof.
  intros K F H z w. apply Rle_trans with (1 := F _ _). rewrite Rmult_assoc.
  apply Rmult_le_compat_l; [exact K|apply H].
Qed.

Lemma lipschitz_scal (d : nat) (c L : R) (h : space d -> R) :
  lipschitz d L h -> lipschitz d (Rabs c * L) (fun z => c * h z).
Proof.
  apply (lipschitz_comp d L (Rabs c) (fun x => c * x)); [apply Rabs_pos|].
  intros x y. right. rewrite <- Rabs_mult. f_equal. ring.
Qed.

Lemma lipschitz_section (d : nat) (L : R) (h : space (S d) -> R) (x : R) :
  lipschitz (S d) L h -> lipschitz d L (fun y => h (x, y)).
Proof. intros H y y'. rewrite <- (distance_rest d x). apply H. Qed.

(* ---- The expectation ---- *)

Lemma expect_ext (d : nat) (f g : space d -> R) : (forall z, f z = g z) -> expect d f = expect d g.
Proof.
  induction d as [|d IH]; intro E; simpl; [apply E|].
  apply expectation_ext. intro x. apply IH. intro y. apply E.
Qed.

Lemma expect_const (d : nat) (c : R) : expect d (fun _ => c) = c.
Proof.
  induction d as [|d IH]; simpl; [reflexivity|].
  rewrite (expectation_ext _ (fun _ => c)); [apply expectation_const|]. intro x. apply IH.
Qed.

(* Linear and increasing on Lipschitz functions. *)
Definition positive_linear (d : nat) : Prop :=
  (forall f g L M, lipschitz d L f -> lipschitz d M g ->
    expect d (fun z => f z + g z) = expect d f + expect d g) /\
  (forall c f L, lipschitz d L f -> expect d (fun z => c * f z) = c * expect d f) /\
  (forall f g L M, lipschitz d L f -> lipschitz d M g -> (forall z, f z <= g z) ->
    expect d f <= expect d g).

Lemma section_difference (d : nat) (L : R) (h : space (S d) -> R) : positive_linear d ->
  lipschitz (S d) L h ->
  forall x x', expect d (fun y => h (x, y)) - expect d (fun y => h (x', y)) <= L * Rabs (x - x').
Proof.
  intros [P [_ O]] H x x'. set (c := L * Rabs (x - x')).
  assert (E : expect d (fun y => h (x', y) + c) = expect d (fun y => h (x', y)) + c).
  { rewrite (P _ (fun _ => c) L 0); [now rewrite expect_const| |apply lipschitz_const].
    now apply lipschitz_section. }
  apply Rplus_le_reg_l with (expect d (fun y => h (x', y))).
  ring_simplify. fold c. rewrite <- E.
  apply (O _ _ L (L + 0)).
  - now apply lipschitz_section.
  - apply lipschitz_plus; [now apply lipschitz_section|apply lipschitz_const].
  - intro y. assert (K := H (x, y) (x', y)). rewrite distance_first in K. fold c in K.
    apply Rabs_le_between in K. lra.
Qed.

Lemma section_lipschitz (d : nat) (L : R) (h : space (S d) -> R) : positive_linear d ->
  lipschitz (S d) L h ->
  forall x x', Rabs (expect d (fun y => h (x, y)) - expect d (fun y => h (x', y)))
    <= L * Rabs (x - x').
Proof.
  intros P H x x'. assert (A := section_difference d L h P H x x').
  assert (B := section_difference d L h P H x' x). rewrite (Rabs_minus_sym x' x) in B.
  apply Rabs_le. lra.
Qed.

Lemma section_tame (d : nat) (L : R) (h : space (S d) -> R) : positive_linear d ->
  lipschitz (S d) L h -> tame (fun x => expect d (fun y => h (x, y))).
Proof. intros P H. apply tame_lipschitz with L. now apply section_lipschitz. Qed.

Lemma expect_positive_linear (d : nat) : positive_linear d.
Proof.
  induction d as [|d IH].
  - repeat split; simpl; auto.
  - assert (T := fun L h H => section_tame d L h IH H). destruct IH as [P [C O]].
    repeat split; simpl.
    + intros f g L M F G. rewrite <- expectation_plus; [|now apply (T L)|now apply (T M)].
      apply expectation_ext. intro x. apply (P _ _ L M); now apply lipschitz_section.
    + intros c f L F. rewrite <- expectation_scal; [|now apply (T L)].
      apply expectation_ext. intro x. apply (C _ _ L). now apply lipschitz_section.
    + intros f g L M F G H. apply expectation_le; [now apply (T L)|now apply (T M)|].
      intro x. apply (O _ _ L M); try now apply lipschitz_section. intro y. apply H.
Qed.

Lemma expect_plus (d : nat) (f g : space d -> R) (L M : R) : lipschitz d L f -> lipschitz d M g ->
  expect d (fun z => f z + g z) = expect d f + expect d g.
Proof. apply expect_positive_linear. Qed.

Lemma expect_scal (d : nat) (c L : R) (f : space d -> R) : lipschitz d L f ->
  expect d (fun z => c * f z) = c * expect d f.
Proof. apply expect_positive_linear. Qed.

Lemma expect_le (d : nat) (f g : space d -> R) (L M : R) : lipschitz d L f -> lipschitz d M g ->
  (forall z, f z <= g z) -> expect d f <= expect d g.
Proof. apply expect_positive_linear. Qed.

Lemma expect_lipschitz (d : nat) (L : R) (h : space (S d) -> R) : 0 <= L -> lipschitz (S d) L h ->
  forall x x', Rabs (expect d (fun y => h (x, y)) - expect d (fun y => h (x', y)))
    <= L * Rabs (x - x').
Proof. intros _. apply section_lipschitz, expect_positive_linear. Qed.

Lemma expect_plus_const (d : nat) (f : space d -> R) (L c : R) : lipschitz d L f ->
  expect d (fun z => f z + c) = expect d f + c.
Proof.
  intro F. rewrite (expect_plus d f (fun _ => c) L 0 F (lipschitz_const d c)).
  now rewrite expect_const.
Qed.

(* ---- The mass of {u > 0} ---- *)

Lemma ramp_lipschitz (n : nat) (x y : R) :
  Rabs (Rmin 1 (INR n * Rmax 0 x) - Rmin 1 (INR n * Rmax 0 y)) <= INR n * Rabs (x - y).
Proof.
  assert (N := pos_INR n).
  assert (A : Rabs (Rmax 0 x - Rmax 0 y) <= Rabs (x - y)).
  { unfold Rmax. repeat destruct Rle_dec; unfold Rabs; repeat destruct Rcase_abs; lra. }
  apply Rle_trans with (Rabs (INR n * Rmax 0 x - INR n * Rmax 0 y)).
  - generalize (INR n * Rmax 0 x), (INR n * Rmax 0 y). intros a b.
    unfold Rmin. repeat destruct Rle_dec; unfold Rabs; repeat destruct Rcase_abs; lra.
  - rewrite <- Rmult_minus_distr_l, Rabs_mult, (Rabs_pos_eq (INR n)) by exact N.
    now apply Rmult_le_compat_l.
Qed.

Lemma ramp_bounds (n : nat) (x : R) : 0 <= Rmin 1 (INR n * Rmax 0 x) <= 1.
Proof.
  split; [|apply Rmin_l]. apply Rmin_glb; [lra|].
  apply Rmult_le_pos; [apply pos_INR|apply Rmax_l].
Qed.

Lemma slope_lipschitz (d : nat) (u : space d -> R) (L : R) (n : nat) : lipschitz d L u ->
  lipschitz d (INR n * L) (fun z => Rmin 1 (INR n * Rmax 0 (u z))).
Proof.
  apply (lipschitz_comp d L (INR n) (fun x => Rmin 1 (INR n * Rmax 0 x))).
  - apply pos_INR.
  - apply ramp_lipschitz.
Qed.

Lemma mass_at_slope_bounds (d : nat) (u : space d -> R) (L : R) (n : nat) : lipschitz d L u ->
  0 <= mass_at_slope d u n <= 1.
Proof.
  intro U. assert (S := slope_lipschitz d u L n U). unfold mass_at_slope. split.
  - apply Rle_trans with (expect d (fun _ => 0)); [right; now rewrite expect_const|].
    apply (expect_le d _ _ 0 _ (lipschitz_const d 0) S).
    intro z. apply ramp_bounds.
  - apply Rle_trans with (expect d (fun _ => 1)); [|right; now rewrite expect_const].
    apply (expect_le d _ _ _ 0 S (lipschitz_const d 1)).
    intro z. apply ramp_bounds.
Qed.

(* A bounded sequence has a finite supremum. *)
Lemma Sup_bounded (a : nat -> R) (C : R) : (forall n, a n <= C) ->
  (forall n, a n <= real (Sup_seq a)) /\ real (Sup_seq a) <= C.
Proof.
  intro H. assert (U : Rbar_le (Sup_seq a) C).
  { rewrite <- (is_sup_seq_unique (fun _ => Finite C) (Finite C)).
    - apply Sup_seq_le. intro n. apply H.
    - intro e. split; [intro n|exists O]; simpl; destruct e; simpl; lra. }
  assert (A : forall n, Rbar_le (a n) (Sup_seq a)).
  { intro n. apply (is_sup_seq_major (fun n => Finite (a n))), Sup_seq_correct. }
  destruct (Sup_seq a) as [s| |]; simpl in *; [auto|contradiction|].
  contradiction (A O).
Qed.

Lemma mass_at_slope_le (d : nat) (u : space d -> R) (L : R) (n : nat) : lipschitz d L u ->
  mass_at_slope d u n <= mass_positive d u.
Proof.
  intro U. apply (Sup_bounded _ 1). intro m. now apply mass_at_slope_bounds with L.
Qed.

Lemma mass_positive_le (d : nat) (u : space d -> R) (C : R) :
  (forall n, mass_at_slope d u n <= C) -> mass_positive d u <= C.
Proof. intro H. now apply Sup_bounded. Qed.

Lemma mass_positive_bounds (d : nat) (u : space d -> R) (L : R) : lipschitz d L u ->
  0 <= mass_positive d u <= 1.
Proof.
  intro U. assert (B := fun n => mass_at_slope_bounds d u L n U). split.
  - apply Rle_trans with (mass_at_slope d u 0); [apply B|now apply mass_at_slope_le with L].
  - apply mass_positive_le. intro n. apply B.
Qed.

(* ---- What the definitions say: coordinates and halfspaces ---- *)

Fixpoint coordinate (d k : nat) : space d -> R :=
  match d with
  | O => fun _ => 0
  | S e => fun z => match k with O => fst z | S j => coordinate e j (snd z) end
  end.

(* Each coordinate has the standard normal law. *)
Theorem expect_coordinate (d k : nat) (g : R -> R) : (k < d)%nat ->
  expect d (fun z => g (coordinate d k z)) = expectation g.
Proof.
  revert k. induction d as [|d IH]; intros k K; [lia|]. destruct k as [|k]; simpl.
  - apply expectation_ext. intro x. apply expect_const.
  - rewrite <- (expectation_const (expectation g)). apply expectation_ext.
    intro x. apply IH. lia.
Qed.

Lemma expect_coordinate_mean (d k : nat) : (k < d)%nat -> expect d (coordinate d k) = 0.
Proof. intro K. rewrite <- expectation_id. now apply (expect_coordinate d k (fun x => x)). Qed.

Lemma expect_coordinate_square (d k : nat) : (k < d)%nat ->
  expect d (fun z => coordinate d k z ^ 2) = 1.
Proof.
  intro K. rewrite <- expectation_square. now apply (expect_coordinate d k (fun x => x ^ 2)).
Qed.

Lemma halfspace_at_slope (d k n : nat) (t : R) : (k < d)%nat ->
  Q (t + / INR (S n)) <= mass_at_slope d (fun z => coordinate d k z - t) (S n) <= Q t.
Proof.
  intro K. assert (N : 0 < INR (S n)) by (apply lt_0_INR; lia).
  assert (H := expectation_ramp t (/ INR (S n)) (Rinv_0_lt_compat _ N)).
  unfold mass_at_slope.
  rewrite (expect_coordinate d k (fun x => Rmin 1 (INR (S n) * Rmax 0 (x - t))) K).
  rewrite (expectation_ext _ (fun x => Rmin 1 (Rmax 0 ((x - t) / / INR (S n))))); [exact H|].
  intro x. f_equal. rewrite <- RmaxRmult by lra. f_equal; [ring|]. field. lra.
Qed.

(* P[z_k > t] = Q t. *)
Theorem halfspace_mass (d k : nat) (t : R) : (k < d)%nat ->
  mass_positive d (fun z => coordinate d k z - t) = Q t.
Proof.
  intro K. set (u := fun z => coordinate d k z - t).
  assert (U : forall n, mass_at_slope d u n <= Q t).
  { intros [|n]; [|now apply halfspace_at_slope]. unfold mass_at_slope.
    rewrite (expect_ext d _ (fun _ => 0)); [rewrite expect_const; left; apply Q_pos|].
    intro z. simpl. rewrite Rmult_0_l. apply Rmin_right. lra. }
  apply Rle_antisym; [now apply mass_positive_le|].
  change (Rbar_le (Q t) (mass_positive d u)).
  apply (is_lim_seq_le (fun n => Q (t + / INR (S n))) (fun _ => mass_positive d u) (Q t)).
  - intro n. apply Rle_trans with (mass_at_slope d u (S n)).
    + now apply halfspace_at_slope.
    + now apply (Sup_bounded _ (Q t)).
  - replace (Finite (Q t)) with (Finite (Q (t + 0))) by (f_equal; f_equal; ring).
    apply (is_lim_seq_continuous Q (fun n => t + / INR (S n)) (t + 0)).
    + apply derivable_continuous_pt. exists (- phi (t + 0)). apply is_derive_Reals, Q_d.
    + apply is_lim_seq_plus'; [apply is_lim_seq_const|].
      apply (is_lim_seq_incr_1 (fun n => / INR n)).
      replace (Finite 0) with (Rbar_inv p_infty) by reflexivity.
      apply is_lim_seq_inv; [apply is_lim_seq_INR|discriminate].
  - apply is_lim_seq_const.
Qed.
