(* The isoperimetric bound is attained by two complementary halfspaces.

   {x_1 > t} and {x_1 < t} in R^(d+1), with the distances u = (x_1 - t)^+ and v = (t - x_1)^+ to
   their complements: P[u > 0] = Q t, P[v > 0] = Phi t, E u = f(Q t), E v = f(Phi t). So the masses
   and expectations of GaussianSpace are the intended ones on halfspaces, and
   E r = f(p_1) + f(p_2) in the theorem  E r <= Sum f(p_i). With a mass p > P they violate
   E r <= gamma(||p||^2): the hypothesis of the talk's theorem is exact. *)
From Coq Require Import Reals Lra Lia Psatz List ssreflect.
Import ListNotations.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold TalkTheorem.
From ClassRadius Require Import GaussianExpectation GaussianSpace LayerCake Unconditional.
Open Scope R_scope.

Definition right_distance (d : nat) (t : R) (z : space (S d)) : R := Rmax 0 (fst z - t).
Definition left_distance (d : nat) (t : R) (z : space (S d)) : R := Rmax 0 (t - fst z).

(* A function of the first coordinate. *)
Lemma expect_first (d : nat) (h : R -> R) : expect (S d) (fun z => h (fst z)) = expectation h.
Proof. simpl. apply expectation_ext. intro x. apply expect_const. Qed.

Lemma square_distance_nonneg (d : nat) (z w : space d) : 0 <= square_distance d z w.
Proof.
  induction d as [|d IH]; simpl; [lra|]. specialize (IH (snd z) (snd w)).
  assert (0 <= (fst z - fst w) ^ 2) by apply pow2_ge_0. simpl in *. lra.
Qed.

Lemma first_lipschitz (d : nat) (z w : space (S d)) :
  Rabs (fst z - fst w) <= distance (S d) z w.
Proof.
  unfold distance. rewrite -sqrt_Rsqr_abs. apply sqrt_le_1_alt.
  change (Rsqr (fst z - fst w) <= (fst z - fst w) ^ 2 + square_distance d (snd z) (snd w)).
  assert (H := square_distance_nonneg d (snd z) (snd w)). unfold Rsqr. lra.
Qed.

Lemma right_distance_like (d : nat) (t : R) : distance_like (S d) (right_distance d t).
Proof.
  split; [|intro z; apply Rmax_l]. apply (lipschitz_excess (S d) 1 t fst).
  intros z w. rewrite Rmult_1_l. apply first_lipschitz.
Qed.

Lemma left_distance_like (d : nat) (t : R) : distance_like (S d) (left_distance d t).
Proof.
  split; [|intro z; apply Rmax_l].
  apply (lipschitz_positive_part (S d) 1 (fun z => t - fst z)).
  intros z w. rewrite Rmult_1_l. replace (t - fst z - (t - fst w)) with (- (fst z - fst w)) by ring.
  rewrite Rabs_Ropp. apply first_lipschitz.
Qed.

(* ---- The masses ---- *)

(* A nonnegative function continuous at 0 from the right: n -> T(1/n) tends to T(0). *)
Lemma le_of_inverses (T : R -> R) (B : R) : continuous T 0 ->
  (forall n, T (/ INR (S n)) <= B) -> T 0 <= B.
Proof.
  intros C H. 
  assert (L : is_lim_seq (fun n => T (/ INR (S n))) (T 0)).
  { apply (filterlim_comp _ _ _ (fun n => / INR (S n)) T eventually (locally 0)); [|exact C].
    change (is_lim_seq (fun n => / INR (S n)) 0).
    apply (is_lim_seq_incr_1 (fun n => / INR n)).
    apply (is_lim_seq_inv INR p_infty); [apply is_lim_seq_INR|discriminate]. }
  exact (is_lim_seq_le _ (fun _ => B) (T 0) B H L (is_lim_seq_const B)).
Qed.

Lemma Q_continuous (t : R) : continuous Q t.
Proof. apply: ex_derive_continuous. eexists. apply Q_d. Qed.

Lemma right_ramp (t : R) (n : nat) : Q (t + / INR (S n)) <=
  expectation (fun x => Rmin 1 (INR (S n) * Rmax 0 (Rmax 0 (x - t)))) <= Q t.
Proof.
  assert (N : 0 < INR (S n)) by (apply lt_0_INR; lia).
  assert (D := Rinv_0_lt_compat _ N).
  rewrite (expectation_ext _ (fun x => Rmin 1 (Rmax 0 ((x - t) / / INR (S n))))); last first.
  - intro x. f_equal. rewrite (Rmax_right 0 (Rmax 0 (x - t))); [|apply Rmax_l].
    replace ((x - t) / / INR (S n)) with (INR (S n) * (x - t)) by (field; lra).
    rewrite -RmaxRmult; [|lra]. now rewrite Rmult_0_r.
  - now apply expectation_ramp.
Qed.

Theorem right_mass (d : nat) (t : R) : mass_positive (S d) (right_distance d t) = Q t.
Proof.
  destruct (right_distance_like d t) as [F _].
  assert (E : forall n, mass_at_slope (S d) (right_distance d t) n
    = expectation (fun x => Rmin 1 (INR n * Rmax 0 (Rmax 0 (x - t))))).
  { intro n. apply (expect_first d (fun x => Rmin 1 (INR n * Rmax 0 (Rmax 0 (x - t))))). }
  apply Rle_antisym.
  - apply mass_positive_le. intros [|n]; rewrite E.
    + rewrite (expectation_ext _ (fun _ => 0)); last first.
      * intro x. rewrite Rmult_0_l. apply Rmin_right. lra.
      * rewrite expectation_const. left. apply Q_pos.
    + apply right_ramp.
  - rewrite -{1}(Rplus_0_r t). apply (le_of_inverses (fun h => Q (t + h))).
    + apply: (continuous_comp (fun h => t + h) Q); [|apply Q_continuous].
      apply: ex_derive_continuous. auto_derive. exact I.
    + intro n. apply Rle_trans with (mass_at_slope (S d) (right_distance d t) (S n)).
      * rewrite E. apply right_ramp.
      * now apply (mass_at_slope_le _ _ 1).
Qed.

Lemma left_ramp (t : R) (n : nat) : Phi (t - / INR (S n)) <=
  expectation (fun x => Rmin 1 (INR (S n) * Rmax 0 (Rmax 0 (t - x)))) <= Phi t.
Proof.
  assert (N : 0 < INR (S n)) by (apply lt_0_INR; lia).
  assert (D := Rinv_0_lt_compat _ N). set (h := / INR (S n)) in *.
  assert (A : tame (fun x => Rmin 1 (Rmax 0 ((x - (t - h)) / h)))).
  { apply (tame_lipschitz _ (/ h)). intros x y.
    assert (M : Rabs (Rmin 1 (Rmax 0 ((x - (t - h)) / h)) - Rmin 1 (Rmax 0 ((y - (t - h)) / h)))
      <= Rabs ((x - (t - h)) / h - (y - (t - h)) / h)).
    { unfold Rmin, Rmax, Rabs.
      repeat (destruct (Rle_dec _ _) || destruct (Rcase_abs _)); lra. }
    apply Rle_trans with (1 := M).
    replace ((x - (t - h)) / h - (y - (t - h)) / h) with (/ h * (x - y)) by (field; lra).
    rewrite Rabs_mult (Rabs_pos_eq (/ h)); [lra|left; now apply Rinv_0_lt_compat]. }
  rewrite (expectation_ext _ (fun x => 1 - Rmin 1 (Rmax 0 ((x - (t - h)) / h)))); last first.
  - intro x. rewrite (Rmax_right 0 (Rmax 0 (t - x))); [|apply Rmax_l].
    replace (INR (S n) * Rmax 0 (t - x)) with (Rmax 0 (1 - (x - (t - h)) / h)).
    + unfold Rmin, Rmax. repeat destruct (Rle_dec _ _); lra.
    + replace (1 - (x - (t - h)) / h) with (INR (S n) * (t - x)) by (unfold h; field; lra).
      rewrite -RmaxRmult; [|lra]. now rewrite Rmult_0_r.
  - rewrite expectation_minus; [|apply tame_const|exact A]. rewrite expectation_const.
    assert (B := expectation_ramp (t - h) h D). replace (t - h + h) with t in B by ring.
    rewrite !Phi_Q. lra.
Qed.

Theorem left_mass (d : nat) (t : R) : mass_positive (S d) (left_distance d t) = Phi t.
Proof.
  destruct (left_distance_like d t) as [F _].
  assert (E : forall n, mass_at_slope (S d) (left_distance d t) n
    = expectation (fun x => Rmin 1 (INR n * Rmax 0 (Rmax 0 (t - x))))).
  { intro n. apply (expect_first d (fun x => Rmin 1 (INR n * Rmax 0 (Rmax 0 (t - x))))). }
  apply Rle_antisym.
  - apply mass_positive_le. intros [|n]; rewrite E.
    + rewrite (expectation_ext _ (fun _ => 0)); last first.
      * intro x. rewrite Rmult_0_l. apply Rmin_right. lra.
      * rewrite expectation_const. left. apply Phi_pos.
    + apply left_ramp.
  - rewrite -{1}(Rminus_0_r t). apply (le_of_inverses (fun h => Phi (t - h))).
    + apply Phi_shift_continuous.
    + intro n. apply Rle_trans with (mass_at_slope (S d) (left_distance d t) (S n)).
      * rewrite E. apply left_ramp.
      * now apply (mass_at_slope_le _ _ 1).
Qed.

(* ---- The expectations ---- *)

Lemma tame_excess (t : R) : tame (fun x => Rmax 0 (x - t)).
Proof. apply (tame_lipschitz _ 1). intros x y. rewrite Rmult_1_l. apply excess_contracts. Qed.

(* int_t^b (x - t) phi(x) dx, by the antiderivative - phi + t Q. *)
Lemma excess_integral (t b : R) : t <= b ->
  is_RInt (fun x => Rmax 0 (x - t) * phi x) t b (phi t - t * Q t - (phi b - t * Q b)).
Proof.
  intro L.
  apply (is_RInt_ext (fun x => (x - t) * phi x)).
  { intros x [X _]. rewrite Rmin_left in X; [|exact L]. rewrite Rmax_right; [reflexivity|lra]. }
  replace (phi t - t * Q t - (phi b - t * Q b))
    with (minus (- phi b + t * Q b) (- phi t + t * Q t))
    by (unfold minus, plus, opp; simpl; ring).
  apply: (is_RInt_derive (fun x => - phi x + t * Q x) (fun x => (x - t) * phi x)).
  - intros x _. evar_last.
    + apply: is_derive_plus; [apply: is_derive_opp; apply phi_d|].
      apply: is_derive_scal. apply Q_d.
    + unfold plus, opp, scal; simpl; unfold mult; simpl. ring.
  - intros x _. apply: continuous_mult; [|apply phi_continuous].
    apply: ex_derive_continuous. auto_derive. exact I.
Qed.

(* E (x - t)^+ = phi t - t Q t. *)
Theorem expectation_right (t : R) : expectation (fun x => Rmax 0 (x - t)) = phi t - t * Q t.
Proof.
  assert (A := expectation_limit _ (tame_excess t)).
  assert (B : is_lim_seq (fun n => phi t - t * Q t - (phi (INR n) - t * Q (INR n)))
    (phi t - t * Q t - (0 - t * 0))).
  { assert (LQ : is_lim_seq (fun n => Q (INR n)) 0).
    { apply (is_lim_comp_seq Q INR p_infty 0 Q_lim); [|apply is_lim_seq_INR].
      now exists 0%nat. }
    assert (LP : is_lim_seq (fun n => phi (INR n)) 0).
    { apply is_lim_seq_spec. intro e. destruct (phi0_eventually e (cond_pos e)) as [M [_ HM]].
      destruct (nfloor_ex (Rmax 0 M) (Rmax_l _ _)) as [k [_ Hk]]. assert (Y := Rmax_r 0 M).
      exists (S k). intros n Hn. apply le_INR in Hn. rewrite S_INR in Hn.
      specialize (HM (INR n) ltac:(lra)). assert (X := phi_le_phi0 (INR n)).
      rewrite Rminus_0_r Rabs_pos_eq; [lra|left; apply phi_pos]. }
    apply: is_lim_seq_minus'; [apply is_lim_seq_const|].
    apply: is_lim_seq_minus'; [exact LP|]. exact (is_lim_seq_scal_l _ t 0 LQ). }
  replace (phi t - t * Q t - (0 - t * 0)) with (phi t - t * Q t) in B by ring.
  assert (U : is_lim_seq (truncated_expectation (fun x => Rmax 0 (x - t))) (phi t - t * Q t)).
  { destruct (nfloor_ex (Rabs t) (Rabs_pos t)) as [k [_ Hk]].
    apply (is_lim_seq_ext_loc (fun n => phi t - t * Q t - (phi (INR n) - t * Q (INR n)))).
    - exists (S k). intros n Hn. apply le_INR in Hn. rewrite S_INR in Hn.
      assert (T : - INR n <= t <= INR n) by (apply Rabs_le_between; lra).
      symmetry. apply is_RInt_unique.
      rewrite -(Rplus_0_l (phi t - t * Q t - (phi (INR n) - t * Q (INR n)))).
      apply: (is_RInt_Chasles _ (- INR n) t (INR n)); [|now apply excess_integral].
      apply (is_RInt_ext (fun _ => 0)).
      + intros x [_ X]. rewrite Rmax_right in X; [|lra].
        rewrite Rmax_left; [symmetry; apply Rmult_0_l|lra].
      + evar_last; [apply: is_RInt_const|]. unfold scal; simpl; unfold mult; simpl. ring.
    - exact B. }
  assert (E := is_lim_seq_unique _ _ A). rewrite (is_lim_seq_unique _ _ U) in E. now injection E.
Qed.

(* E (t - x)^+ = phi t + t Phi t. *)
Theorem expectation_left (t : R) : expectation (fun x => Rmax 0 (t - x)) = primitive t.
Proof.
  rewrite (expectation_ext _ (fun x => Rmax 0 (x - t) - (x - t))); last first.
  - intro x. unfold Rmax. repeat destruct (Rle_dec _ _); lra.
  - assert (T : tame (fun x => x - t)) by (apply tame_minus; [apply tame_id|apply tame_const]).
    rewrite expectation_minus; [|apply tame_excess|exact T].
    rewrite expectation_minus; [|apply tame_id|apply tame_const].
    rewrite expectation_right expectation_id expectation_const.
    unfold primitive. rewrite Phi_Q. ring.
Qed.

Theorem right_halfspace (d : nat) (t : R) :
  expect (S d) (right_distance d t) = integrated_tail (mass_positive (S d) (right_distance d t)).
Proof.
  rewrite right_mass. rewrite (expect_first d (fun x => Rmax 0 (x - t))) expectation_right.
  rewrite integrated_tail_Q. unfold lam. field. assert (H := Q_pos t). lra.
Qed.

Theorem left_halfspace (d : nat) (t : R) :
  expect (S d) (left_distance d t) = integrated_tail (mass_positive (S d) (left_distance d t)).
Proof.
  rewrite left_mass. rewrite (expect_first d (fun x => Rmax 0 (t - x))) expectation_left.
  unfold primitive, integrated_tail. rewrite Phi_inv_Phi. ring.
Qed.

(* Equality in the isoperimetric theorem, with masses that add up to 1. *)
Theorem two_halfspaces (d : nat) (t : R) :
  let us := [right_distance d t; left_distance d t] in
  let p := map (mass_positive (S d)) us in
  p = [Q t; Phi t] /\ sum p = 1 /\
  expect (S d) (class_radius (S d) us) = sum_of integrated_tail p.
Proof.
  cbv zeta. assert (R := right_distance_like d t). assert (L := left_distance_like d t).
  split; [|split].
  - simpl map. now rewrite right_mass left_mass.
  - simpl map. rewrite right_mass left_mass. simpl. rewrite Phi_Q. ring.
  - rewrite expect_class_radius; last first.
    + intros u [<-|[<-|[]]]; [apply R|apply L].
    + cbn [map sum_of fold_right sum]. now rewrite right_halfspace left_halfspace.
Qed.

(* Beyond P the talk's bound is false, in every dimension. *)
Theorem talk_hypothesis_exact (d : nat) (p : R) : talk_threshold < p < 1 ->
  let us := [right_distance d (- Phi_inv p); left_distance d (- Phi_inv p)] in
  map (mass_positive (S d)) us = [p; 1 - p] /\
  gamma (collision [p; 1 - p]) < expect (S d) (class_radius (S d) us).
Proof.
  intro H. assert (B := talk_threshold_bounds). destruct (two_halfspaces d (- Phi_inv p)) as [M [_ E]].
  assert (P := Q_of_Phi_inv p ltac:(lra)). rewrite Phi_Q P in M. cbv zeta. split; [exact M|].
  rewrite E M. destruct (halfspaces_exact p ltac:(lra)) as [X _].
  apply Rnot_le_lt. intro N. assert (p <= talk_threshold); [|lra]. apply X.
  unfold collision in N. simpl in N. rewrite !Rplus_0_r in N. exact N.
Qed.
